/* SPDX-License-Identifier: MIT
 *
 * Runs libconfuse over a configuration file and remembers the lines where
 * options stand. Every value stays text here. Internal to the configuration.
 */
#ifndef ALUMNI_CONFIGURATION_PARSER_H
#define ALUMNI_CONFIGURATION_PARSER_H

#include <confuse.h>

#include "lib/base/error.h"

/* Reads the file and takes it apart. Free with cfg_free().
   Returns 0, or -1 with an error that names file and line. */
int configuration_parse(const char *path, cfg_t **cfg_r, struct error *error);

/* The line where the option's value stands; 0 if the file does not set it. */
unsigned int configuration_line(cfg_t *cfg, const char *option);

/* The line where the section ends. */
unsigned int configuration_section_line(const cfg_t *section);

#endif
