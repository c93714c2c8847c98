/* SPDX-License-Identifier: MIT
 *
 * Checks of arguments; see lib/store/checks.h.
 */
#include "lib/store/checks.h"

#include <string.h>

#include "lib/store/handle.h"

int store_check_text(const char *what, const char *text, size_t size,
		     struct error *error)
{
	if (strlen(text) >= size)
		return error_set(error, "the %s is longer than %zu characters",
				 what, size - 1);
	return 0;
}

int store_check_not_negative(const char *what, int64_t value,
			     struct error *error)
{
	if (value < 0)
		return error_set(error, "the %s must not be negative", what);
	return 0;
}

int store_check_credentials(const struct store *store, struct error *error)
{
	if (store->credentials == NULL)
		return error_set(error,
				 "the store was opened without credentials");
	return 0;
}
