/* SPDX-License-Identifier: MIT
 *
 * SHA512-CRYPT, "$6$": what most databases that are brought along from
 * elsewhere have. libcrypt knows it too, but takes a quarter longer, and the
 * hash is nearly all that such a login costs.
 */
#ifndef ALUMNI_SHA512_CRYPT_H
#define ALUMNI_SHA512_CRYPT_H

/* Verifies a hash as crypt(5) describes it. Returns 1 the password fits, 0 it
   does not, -1 the hash is not of the usual form: leave it to libcrypt. Blocks
   for as long as the rounds take: some milliseconds unless the hash says more.
   Constant time in what matters. */
int sha512_crypt_verify(const char *hash, const char *password);

#endif
