/* SPDX-License-Identifier: MIT
 *
 * The names of the tiers of a login in logs and accounts. The other tiers are
 * the directories. They have the names of their sections in the configuration,
 * where these names are therefore refused.
 */
#ifndef ALUMNI_ACCOUNT_TIERS_H
#define ALUMNI_ACCOUNT_TIERS_H

#define LOGIN_TIER_ALUMNI  "alumni"
#define LOGIN_TIER_LEARNED "learned"
#define LOGIN_TIER_APP     "app"
#define LOGIN_TIER_INVITE  "invite"

#endif
