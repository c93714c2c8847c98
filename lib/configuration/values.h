/* SPDX-License-Identifier: MIT
 *
 * Turns the text of options into the fields of the structs that hold them, by
 * the table of options. Internal to the configuration.
 */
#ifndef ALUMNI_CONFIGURATION_VALUES_H
#define ALUMNI_CONFIGURATION_VALUES_H

#include <confuse.h>

#include "lib/base/error.h"

/* The source of values: a file outside of its sections, or one section. */
struct configuration_source {
	const char *path;    /* of the file, for errors */
	const char *section; /* as in the table of options */
	cfg_t *cfg;
};

/* Sets every field that the table has for the section in *fields, a zeroed
   struct configuration, class_options or directory_options. Returns 0, or -1
   with an error. Free the fields with configuration_values_free() in both
   cases. */
int configuration_values_set(const struct configuration_source *source,
			     void *fields, struct error *error);

/* Frees what the fields of the section hold, but not *fields. */
void configuration_values_free(const char *section, void *fields);

/* Puts "FILE:LINE: OPTION: " in front of the error, and the section's name
   where there is one. The line is missing when the file does not set the
   option. Returns -1. */
int configuration_values_blame(const struct configuration_source *source,
			       const char *option, struct error *error);

#endif
