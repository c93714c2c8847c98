/* SPDX-License-Identifier: MIT
 *
 * Facts about passwords, remembered for a while by all auth workers of a host
 * in the state that they share (lib/directory/shared-state.h).
 *
 * A fact is kept as a keyed hash (BLAKE2b) of the directory's name, the entry's
 * id and the password, never as the password. The key is random and lives as
 * long as the file. Of the hash, 32 bits are kept besides the place: once in
 * hundreds of millions a look-up takes another password for a remembered one. A
 * fact may be forgotten at any time.
 */
#ifndef ALUMNI_LOGIN_PASSWORD_MEMORY_H
#define ALUMNI_LOGIN_PASSWORD_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/configuration/configuration.h"
#include "lib/directory/shared-state.h"

#define PASSWORD_MEMORY_SECONDS_MAX CONFIGURATION_REFUSED_MEMORY_SECONDS_MAX

enum password_fact {
	/* The directory refused a bind with the password, and would count
	   another bind. */
	PASSWORD_REFUSED,
	/* A stored hash is one of this password. */
	PASSWORD_FITS_HASH,
};

struct password_about {
	const char *directory; /* its name */
	const char *entry_id;  /* with PASSWORD_FITS_HASH: the hash */
	const char *password;
};

/* Returns true if the fact is remembered and holds at the time now, in Unix
   seconds; false also without a state. */
bool password_memory_knows(const struct shared_state *state,
			   enum password_fact fact,
			   const struct password_about *about, int64_t now);

/* Remembers the fact until now + seconds, PASSWORD_MEMORY_SECONDS_MAX at most;
   0 forgets it. When room is short, the facts stay that hold for longest. Does
   nothing without a state. */
void password_memory_set(const struct shared_state *state,
			 enum password_fact fact,
			 const struct password_about *about, int64_t now,
			 int64_t seconds);

/* A claim to be the only login that tries a password at an entry. */
struct password_claim {
	bool held;
	uint64_t offset;
};

/* Waits until no other login tries the same password at the same entry, for at
   most wait_msecs, and keeps other logins from it until the release. A mail
   program opens several sessions at once: one of them learns that the password
   is refused, and the others need not ask. Returns the claim, which may not be
   held, for password_memory_release(). */
struct password_claim password_memory_claim(const struct shared_state *state,
					    const struct password_about *about,
					    unsigned int wait_msecs);

/* Lets the next login try; does nothing if the claim is not held. */
void password_memory_release(const struct shared_state *state,
			     const struct password_claim *claim);

#endif
