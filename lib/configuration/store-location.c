/* SPDX-License-Identifier: MIT
 *
 * The location of the store; see lib/configuration/store-location.h.
 */
#include "lib/configuration/store-location.h"

#include <stddef.h>
#include <string.h>

static int check_folder(const char *place, struct error *error)
{
	if (place[0] != '/')
		return error_set(error,
				 "the folder in \"sqlite:%s\" must be a whole "
				 "path, as in \"sqlite:/var/lib/alumnimail\"",
				 place);
	return 0;
}

static const struct engine {
	const char *scheme;
	enum store_engine engine;
	int (*check)(const char *place, struct error *error);
} engines[] = {
	{"sqlite:", STORE_ENGINE_SQLITE, check_folder},
};

int store_location_parse(const char *text, struct store_location *location_r,
			 struct error *error)
{
	for (size_t i = 0; i < sizeof(engines) / sizeof(*engines); i++) {
		size_t length = strlen(engines[i].scheme);

		if (strncmp(text, engines[i].scheme, length) != 0)
			continue;
		location_r->engine = engines[i].engine;
		location_r->place = text + length;
		return engines[i].check(location_r->place, error);
	}
	return error_set(error,
			 "\"%s\" is no kind of store that this program knows: "
			 "write \"sqlite:FOLDER\"",
			 text);
}
