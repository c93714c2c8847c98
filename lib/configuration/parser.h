/* SPDX-License-Identifier: MIT
 *
 * Runs libconfuse over a configuration file and remembers the line of each
 * option. Every value stays text here. Internal to the configuration.
 */
#ifndef ALUMNI_CONFIGURATION_PARSER_H
#define ALUMNI_CONFIGURATION_PARSER_H

#include <confuse.h>

#include "lib/base/error.h"

/* Reads the file into libconfuse's tree, without comments. Free the tree with
   cfg_free(). Returns 0, or -1 with an error that names file and line. */
int configuration_parse(const char *path, cfg_t **cfg_r, struct error *error);

/* Returns the line of the option's value, or 0 if the file does not set the
   option. */
unsigned int configuration_line(cfg_t *cfg, const char *option);

/* Returns the line where the section ends. */
unsigned int configuration_section_line(const cfg_t *section);

#endif
