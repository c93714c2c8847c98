/* SPDX-License-Identifier: MIT
 *
 * The rules that bind several options: the names that options refer to exist,
 * and options that need each other are there. Internal to the configuration.
 */
#ifndef ALUMNI_CONFIGURATION_CONSISTENCY_H
#define ALUMNI_CONFIGURATION_CONSISTENCY_H

#include "lib/base/error.h"
#include "lib/configuration/configuration.h"
#include "lib/configuration/values.h"

/* Checks a configuration in which every value is set. Returns 0, or -1 with an
   error that names file and line. */
int configuration_consistency_check(const struct configuration *configuration,
				    const struct configuration_source *source,
				    struct error *error);

#endif
