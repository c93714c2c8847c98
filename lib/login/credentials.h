/* SPDX-License-Identifier: MIT
 *
 * The account's stored hashes in a login decision. All hashing of the login
 * goes through here, and so through the gate (lib/password/hash-gate.h).
 * Internal to the login.
 */
#ifndef ALUMNI_LOGIN_CREDENTIALS_H
#define ALUMNI_LOGIN_CREDENTIALS_H

#include "lib/login/decision.h"
#include "lib/password/hash.h"

/* Reads the account's credentials into the decision unless they are there.
   Returns 0, or -1 with an error: then the decision has none. */
int credentials_read(struct decision *decision, struct error *error);

/* Compares the password with the credential's hash. Blocks for the time of a
   hash. Returns 1 the password fits, 0 it does not, -1 the hash cannot be used,
   with an error unless that is NULL. */
int credentials_verify(struct decision *decision,
		       const struct credential *credential,
		       struct error *error);

/* Takes the time of comparing the password with a hash, and does nothing
   else. */
void credentials_verify_dummy(const struct decision *decision);

/* Makes a hash of the password at the configured cost. Returns 0, or -1 with
   an error. */
int credentials_make_hash(const struct decision *decision,
			  char hash_r[PASSWORD_HASH_BYTES],
			  struct error *error);

/* Replaces the credential's hash, which fits the password, if the option rehash
   is on and the hash is weaker than a new one. A failure is noted under the
   tier's name and does not stop the login: the next login tries again. */
void credentials_renew(struct decision *decision, const char *tier,
		       const struct credential *credential);

#endif
