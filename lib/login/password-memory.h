/* SPDX-License-Identifier: MIT
 *
 * What was found out about a password, remembered for a while by all auth
 * workers of a host (lib/directory/shared-state.h): a keyed hash (BLAKE2b, with
 * a random key that lives as long as the file) of the directory, the entry's id
 * and the password, of which 32 bits are kept besides its place; never the
 * password. Something else is taken for what was remembered once in hundreds of
 * millions; something remembered may be forgotten at any time.
 */
#ifndef ALUMNI_LOGIN_PASSWORD_MEMORY_H
#define ALUMNI_LOGIN_PASSWORD_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/configuration/configuration.h"
#include "lib/directory/shared-state.h"

#define PASSWORD_MEMORY_SECONDS_MAX CONFIGURATION_REFUSED_MEMORY_SECONDS_MAX

enum password_fact {
	/* The directory refused a bind with it, and would count another. */
	PASSWORD_REFUSED,
	/* A stored hash is of it. */
	PASSWORD_FITS_HASH,
};

struct password_about {
	const char *directory; /* its name */
	const char *entry_id;  /* with PASSWORD_FITS_HASH: the hash */
	const char *password;
};

/* now is in Unix seconds. */
bool password_memory_knows(const struct shared_state *state,
			   enum password_fact fact,
			   const struct password_about *about, int64_t now);

/* Remembers it until now + seconds, PASSWORD_MEMORY_SECONDS_MAX at most; 0
   forgets it. Facts that are to be known
   for longer are kept when room is short. */
void password_memory_set(const struct shared_state *state,
			 enum password_fact fact,
			 const struct password_about *about, int64_t now,
			 int64_t seconds);

/* Waits until nobody else is trying the same password at the same entry, for
   at most wait_msecs, and keeps others from it until the release; so of several
   sessions that a mail program opens at once, one learns that the password is
   refused and the others need not ask. Returns the claim for the release. */
struct password_claim {
	bool held;
	uint64_t offset;
};

struct password_claim password_memory_claim(const struct shared_state *state,
					    const struct password_about *about,
					    unsigned int wait_msecs);
void password_memory_release(const struct shared_state *state,
			     const struct password_claim *claim);

#endif
