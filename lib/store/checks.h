/* SPDX-License-Identifier: MIT
 *
 * What a store may not be handed. Each returns 0, or -1 with an error.
 * Internal to the store.
 */
#ifndef ALUMNI_STORE_CHECKS_H
#define ALUMNI_STORE_CHECKS_H

#include "lib/store/store.h"

/* Texts that would not fit when they are read back make an account that can
   never be read again. */
int store_check_text(const char *what, const char *text, size_t size,
		     struct error *error);
int store_check_not_negative(const char *what, int64_t value,
			     struct error *error);
/* Programming mistakes, but of the kind that must not go unnoticed. */
int store_check_credentials(const struct store *store, struct error *error);

#endif
