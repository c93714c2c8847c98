/* SPDX-License-Identifier: MIT
 *
 * The names of the tiers of a login, as logs and accounts have them. The other
 * tiers are the directories, under the names of their sections in the
 * configuration, which may therefore have none of these.
 */
#ifndef ALUMNI_ACCOUNT_TIERS_H
#define ALUMNI_ACCOUNT_TIERS_H

#define LOGIN_TIER_ALUMNI  "alumni"
#define LOGIN_TIER_LEARNED "learned"
#define LOGIN_TIER_APP     "app"
#define LOGIN_TIER_INVITE  "invite"

#endif
