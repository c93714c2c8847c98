/* SPDX-License-Identifier: MIT
 *
 * alumnictl store init: creates the account store, or brings one that an
 * older version made up to date.
 */
#include <stdio.h>

#include "ctl/report.h"
#include "ctl/session.h"

static int run(struct invocation *invocation)
{
	const char *location = invocation->configuration->store;
	struct error error = {""};
	int migrations = store_create(location, &error);

	if (migrations < 0)
		return report(session_store_failure(invocation), "%s",
			      error.text);
	if (migrations == 0)
		printf("store %s is up to date\n", location);
	else
		printf("store %s is ready (%d migration%s done)\n", location,
		       migrations, migrations == 1 ? "" : "s");
	return EX_OK;
}

const struct command cmd_store_init = {
	.name = "store init",
	.summary = "create the account store, or upgrade it",
	.help = "Creates the account store that the configuration names, or "
		"brings one of an\nolder version up to date. Safe to repeat.",
	.store = COMMAND_STORE_NONE,
	.run = run,
};
