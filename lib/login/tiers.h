/* SPDX-License-Identifier: MIT
 *
 * The tiers of a login. Internal to the login, which has them in a table
 * (lib/login/login.c).
 *
 * Each tier is one function in a file of its own, and all have one contract. A
 * tier looks at the decision and returns
 *   TIER_ACCEPTS  the password opens the account: the result holds the account
 *                 and the tier's name;
 *   TIER_BARS     no tier may accept, and the rest is not asked;
 *   TIER_PASSES   this tier cannot tell: the next one is asked. A password that
 *                 the tier knows to be wrong is noted as refused, and a failure
 *                 is noted by decision_note_failure().
 * A tier that has nothing to do with the decision passes. A tier blocks for as
 * long as the store, or the directory that it asks, and never fails a login
 * that another tier accepts.
 */
#ifndef ALUMNI_LOGIN_TIERS_H
#define ALUMNI_LOGIN_TIERS_H

#include "lib/login/decision.h"

typedef enum tier_outcome tier_function(struct decision *decision);

/* Bars an account that an administrator disabled. */
tier_function tier_enabled;
/* Finds the entry that the account is pinned to. Bars the account if the entry
   is denied, or was when it was last seen; never accepts. */
tier_function tier_entry;
/* Compares the password with the account's app passwords and invites. Bars the
   account if the password is one of these and is not good here. */
tier_function tier_app;
/* Tries the password at the directory, as the account's own entry. */
tier_function tier_directory;
/* Compares the password with the alumni password. */
tier_function tier_alumni;
/* Compares the password with the one learned of the directory, which counts
   while the directory does not show the person as active. */
tier_function tier_learned;
/* Looks which directory has an entry of an unpinned account's name: for the
   log, and for `alumnictl account show`. Always passes. */
tier_function tier_namesake;
/* Asks each directory for a person who has no account, and creates the account
   when the password is right. Bars a person whose entry is denied. */
tier_function tier_newcomer;

#endif
