/* SPDX-License-Identifier: MIT
 *
 * Where accounts are kept, as the option `store` says it: "ENGINE:PLACE". Read
 * here and not by the store, so that a program which only reads the
 * configuration carries no database.
 */
#ifndef ALUMNI_CONFIGURATION_STORE_LOCATION_H
#define ALUMNI_CONFIGURATION_STORE_LOCATION_H

#include "lib/base/error.h"

enum store_engine {
	STORE_ENGINE_SQLITE, /* place is the whole path of a folder */
};

struct store_location {
	enum store_engine engine;
	const char *place; /* points into the text that was parsed */
};

/* Takes a location such as "sqlite:/var/lib/alumnimail" apart, without touching
   what it names. Returns 0, or -1 with an error that says what would be
   right. */
int store_location_parse(const char *text, struct store_location *location_r,
			 struct error *error);

#endif
