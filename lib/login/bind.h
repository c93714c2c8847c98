/* SPDX-License-Identifier: MIT
 *
 * A bind with the password at the directory. Internal to the login.
 */
#ifndef ALUMNI_LOGIN_BIND_H
#define ALUMNI_LOGIN_BIND_H

#include "lib/login/decision.h"

/* Tries the password as decision->entry at decision->directory, unless the
   directory is known to refuse it. Returns TIER_ACCEPTS if the directory
   accepts it; TIER_PASSES if not, with the refusal or the failure noted, and
   when there is no such directory. */
enum tier_outcome bind_try(struct decision *decision);

/* Remembers that the directory refused the password, if it did: for the time of
   the option refused_memory_accepted when another tier accepted the password,
   so that an alumni password that is in use is never tried there again, and for
   that of refused_memory when none did. */
void bind_remember_refusal(const struct decision *decision, bool accepted);

#endif
