/* SPDX-License-Identifier: MIT
 *
 * Stored passwords: "{SCHEME}hash", as Dovecot writes them. New ones are
 * {ARGON2ID}. Inside Dovecot's auth process the plugin verifies with Dovecot's
 * own schemes; this module is for making hashes and for programs outside.
 */
#ifndef ALUMNI_PASSWORD_HASH_H
#define ALUMNI_PASSWORD_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

#define PASSWORD_HASH_BYTES 512
/* Longer passwords are refused, so that hashing costs are bounded. */
#define PASSWORD_BYTES_MAX 1024

/* Cost of new hashes (RFC 9106 Argon2id, one lane). */
struct password_cost {
	int64_t memory_bytes;
	unsigned int passes;
};

#define PASSWORD_COST_MEMORY_MIN (INT64_C(8) << 20)
#define PASSWORD_COST_MEMORY_MAX (INT64_C(1) << 30)

/* Makes an {ARGON2ID} hash. Blocks for the tens of milliseconds that it is
   meant to cost. Returns 0, or -1 with an error (empty or over-long password,
   out of memory). */
int password_hash_make(const char *password, const struct password_cost *cost,
		       char hash_r[PASSWORD_HASH_BYTES], struct error *error);

/* Of a password that nobody knows, of this cost: to be verified when there is
   no hash to verify, so that the time taken does not tell who has one. */
void password_hash_dummy(const struct password_cost *cost,
			 char hash_r[PASSWORD_HASH_BYTES]);

/* True if the hash is of another scheme than new ones, or of less cost. */
bool password_hash_is_weak(const char *hash, const struct password_cost *cost);

/* Returns 1 the password fits, 0 it does not, -1 the hash cannot be used:
   unknown scheme or malformed. Knows {ARGON2ID}, {ARGON2I} and the crypt(3)
   schemes of libxcrypt. Constant time in what matters. */
int password_hash_verify(const char *hash, const char *password,
			 struct error *error);

#endif
