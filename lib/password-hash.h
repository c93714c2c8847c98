/* SPDX-License-Identifier: MIT
 *
 * Stored passwords: "{SCHEME}hash", as Dovecot writes them. New ones are
 * {ARGON2ID}. Inside Dovecot's auth process the plugin verifies with Dovecot's
 * own schemes; this module is for making hashes and for programs outside.
 */
#ifndef ALUMNI_PASSWORD_HASH_H
#define ALUMNI_PASSWORD_HASH_H

#include <stddef.h>

#include "lib/error.h"

#define PASSWORD_HASH_BYTES 512
/* Longer passwords are refused, so that hashing costs are bounded. */
#define PASSWORD_BYTES_MAX 1024

/* Cost of new hashes: libsodium's INTERACTIVE limits (2 passes over 64 MiB,
   RFC 9106 Argon2id), which fit an auth worker. */

/* Makes an {ARGON2ID} hash. Blocks for the tens of milliseconds that it is
   meant to cost. Returns 0, or -1 with an error (empty or over-long password,
   out of memory). */
int password_hash_make(const char *password, char hash_r[PASSWORD_HASH_BYTES],
		       struct error *error);

/* Returns 1 the password fits, 0 it does not, -1 the hash cannot be used:
   unknown scheme or malformed. Knows {ARGON2ID}, {ARGON2I} and the crypt(3)
   schemes of libxcrypt. Constant time in what matters. */
int password_hash_verify(const char *hash, const char *password,
			 struct error *error);

/* Overwrites memory that held a secret; the compiler cannot drop it. */
void secret_wipe(void *memory, size_t size);

#endif
