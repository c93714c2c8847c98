/* SPDX-License-Identifier: MIT
 *
 * Passwords that this program makes, for one mail program or device each, and
 * the codes that it makes, such as those of invites. A password looks like
 * "k7wq-2mfd-...": five groups of four, 99 random bits. Nobody can guess so
 * many, even with the hash, so the hash can be a fast one.
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

/* Makes a new password; the caller wipes it after use. Returns 0, or -1 with an
   error. */
int app_password_make(char password_r[APP_PASSWORD_BYTES], struct error *error);

/* Makes a code of one group of double length ("k7wq2mfd"). It is short: allow a
   limited number of tries within a limited time. The buffer and the functions
   for hashes are the same. Returns 0, or -1 with an error. */
int app_password_make_code(char code_r[APP_PASSWORD_BYTES],
			   struct error *error);

/* Returns true if the text may be an app password, by its form. The hyphens
   between groups may be missing or be spaces, as people type them, and case
   does not count. */
bool app_password_has_shape(const char *typed);

/* Makes the hash to store, with a salt of its own. The password is as one of
   the functions above made it. Returns 0, or -1 with an error. */
int app_password_hash(const char *password,
		      char hash_r[APP_PASSWORD_HASH_BYTES],
		      struct error *error);

/* Returns true if the typed text is the password of the hash; false also with a
   hash of another kind. Hyphens, spaces and case do not count. The comparison
   takes constant time. */
bool app_password_verify(const char *hash, const char *typed);

#endif
