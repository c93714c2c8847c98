/* SPDX-License-Identifier: MIT
 *
 * The location of the store, as the option `store` has it: "ENGINE:PLACE". This
 * room reads it, and not the store, so that a program which only reads the
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
   the store. Returns 0, or -1 with an error that says how a location looks. The
   text must outlive *location_r. */
int store_location_parse(const char *text, struct store_location *location_r,
			 struct error *error);

#endif
