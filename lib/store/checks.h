/* SPDX-License-Identifier: MIT
 *
 * Checks of arguments, for the files of the store. Each returns 0, or -1 with
 * an error.
 */
#ifndef ALUMNI_STORE_CHECKS_H
#define ALUMNI_STORE_CHECKS_H

#include "lib/store/store.h"

/* Refuses a text that has no room in a field of that size: an account with it
   could never be read again. `what` names the text in the error. */
int store_check_text(const char *what, const char *text, size_t size,
		     struct error *error);
/* Refuses a number below 0. */
int store_check_not_negative(const char *what, int64_t value,
			     struct error *error);
/* Refuses a handle that was opened without the credentials. */
int store_check_credentials(const struct store *store, struct error *error);

#endif
