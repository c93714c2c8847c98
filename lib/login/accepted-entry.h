/* SPDX-License-Identifier: MIT
 *
 * An entry at which the directory accepted the password, and the changes that
 * follow for the account. Internal to the login.
 */
#ifndef ALUMNI_LOGIN_ACCEPTED_ENTRY_H
#define ALUMNI_LOGIN_ACCEPTED_ENTRY_H

#include "lib/login/decision.h"

/* Brings the account up to date with decision->entry (class, quota,
   forwarding), accepts the login for decision->directory, and learns the
   password. The account must be pinned to the entry. A failure is noted, and
   the login is accepted all the same. */
void accepted_entry_apply(struct decision *decision);

#endif
