/* SPDX-License-Identifier: MIT
 *
 * What a command finds in its command line; see ctl/common/command.h.
 */
#include "ctl/common/command.h"

#include <assert.h>
#include <string.h>

const char *invocation_option(const struct invocation *invocation,
			      const char *name)
{
	const struct command_option *options = invocation->command->options;

	for (size_t i = 0; i < COMMAND_OPTIONS_MAX && options[i].name != NULL;
	     i++) {
		if (strcmp(options[i].name, name) == 0)
			return invocation->option_values[i];
	}
	/* A command asked for an option that it does not declare. */
	assert(false);
	return NULL;
}
