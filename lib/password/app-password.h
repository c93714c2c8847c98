/* SPDX-License-Identifier: MIT
 *
 * Passwords that this program makes, for one mail program or device each, and
 * other codes that are only ever made by it: such as "k7wq-2mfd-…", five groups
 * of four. They have 99 random bits, so nobody can guess them, even with
 * the hash, and the hash can be a fast one.
 */
#ifndef ALUMNI_PASSWORD_APP_PASSWORD_H
#define ALUMNI_PASSWORD_APP_PASSWORD_H

#include <stdbool.h>

#include "lib/base/error.h"

#define APP_PASSWORD_GROUPS       5
#define APP_PASSWORD_GROUP_LENGTH 4
/* With a hyphen after each group but the last, and a NUL in its place. */
#define APP_PASSWORD_BYTES                                                     \
	(APP_PASSWORD_GROUPS * (APP_PASSWORD_GROUP_LENGTH + 1))
#define APP_PASSWORD_HASH_BYTES 128

/* Makes a new one. Returns 0 or -1. */
int app_password_make(char password_r[APP_PASSWORD_BYTES], struct error *error);

/* Makes a code of one group twice as long, "k7wq2mfd": for a limited number of
   tries within a limited time. Same size of buffer, same hashes. */
int app_password_make_code(char code_r[APP_PASSWORD_BYTES],
			   struct error *error);

/* True if it may be one, by its form: hyphens and spaces between groups may be
   left out, as people do who type it, and case does not count. */
bool app_password_has_shape(const char *typed);

/* The hash to keep, with a salt of its own. password is as
   one of the functions above made it. Returns 0 or -1. */
int app_password_hash(const char *password,
		      char hash_r[APP_PASSWORD_HASH_BYTES],
		      struct error *error);

/* True if what was typed is the password of the hash; constant time in what
   matters. False with a hash of another kind. Hyphens, spaces and case do not
   count. */
bool app_password_verify(const char *hash, const char *typed);

#endif
