/* SPDX-License-Identifier: MIT
 *
 * What options must be to each other: names that refer to something exist,
 * and what needs one another is there. Internal to the configuration.
 */
#ifndef ALUMNI_CONFIGURATION_CONSISTENCY_H
#define ALUMNI_CONFIGURATION_CONSISTENCY_H

#include "lib/configuration/values.h"
#include "lib/configuration/configuration.h"
#include "lib/base/error.h"

/* Returns 0, or -1 with an error that names file and line. */
int configuration_consistency_check(const struct configuration *configuration,
				    const struct configuration_source *source,
				    struct error *error);

#endif
