/* SPDX-License-Identifier: MIT
 *
 * Stored passwords: "{SCHEME}hash", as Dovecot writes them. New ones are
 * {ARGON2ID}. Inside Dovecot's auth process the plugin verifies with Dovecot's
 * own schemes; this module makes hashes, and verifies them in other programs.
 */
#ifndef ALUMNI_PASSWORD_HASH_H
#define ALUMNI_PASSWORD_HASH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/error.h"

#define PASSWORD_HASH_BYTES 512
/* Longer passwords are refused, so that the cost of hashing has a bound. */
#define PASSWORD_BYTES_MAX 1024

/* The cost of new hashes (RFC 9106, Argon2id, one lane). */
struct password_cost {
	int64_t memory_bytes;
	unsigned int passes;
};

#define PASSWORD_COST_MEMORY_MIN (INT64_C(8) << 20)
#define PASSWORD_COST_MEMORY_MAX (INT64_C(1) << 30)

/* Makes an {ARGON2ID} hash. Blocks for the time that the hash is meant to cost,
   some tens of milliseconds. Returns 0, or -1 with an error (empty or over-long
   password, out of memory). */
int password_hash_make(const char *password, const struct password_cost *cost,
		       char hash_r[PASSWORD_HASH_BYTES], struct error *error);

/* Gives a hash of this cost that no known password fits. A program verifies it
   when there is no hash to verify, so that the time taken does not tell which
   accounts have one. */
void password_hash_dummy(const struct password_cost *cost,
			 char hash_r[PASSWORD_HASH_BYTES]);

/* Returns true if the hash is of another scheme than new ones, or of less
   cost. */
bool password_hash_is_weak(const char *hash, const struct password_cost *cost);

/* Verifies a password; blocks for the time of the hash. Knows {ARGON2ID},
   {ARGON2I} and the crypt(3) schemes of libxcrypt. The comparison takes
   constant time. Returns 1 the password fits, 0 it does not, -1 with an error
   when the hash cannot be used (unknown scheme, malformed). */
int password_hash_verify(const char *hash, const char *password,
			 struct error *error);

#endif
