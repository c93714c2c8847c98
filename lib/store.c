/* SPDX-License-Identifier: MIT
 *
 * The account store: finds the kind of store that a location names.
 */
#include "lib/store.h"

#include <string.h>

#define SQLITE_SCHEME "sqlite:"

int store_location_check(const char *location, struct error *error)
{
	size_t length = strlen(SQLITE_SCHEME);

	if (strncmp(location, SQLITE_SCHEME, length) != 0)
		return error_set(error,
				 "\"%s\" is no kind of store that this "
				 "program knows: write \"sqlite:FOLDER\"",
				 location);
	if (location[length] != '/')
		return error_set(error,
				 "the folder in \"%s\" must be a whole path, "
				 "as in \"sqlite:/var/lib/alumnimail\"",
				 location);
	return 0;
}
