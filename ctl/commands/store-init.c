/* SPDX-License-Identifier: MIT
 *
 * alumnictl store init: creates the account store, or brings one that an
 * older version made up to date.
 */
#include <stdio.h>
#include <unistd.h>

#include "ctl/commands/commands.h"
#include "ctl/common/report.h"
#include "ctl/common/result.h"
#include "ctl/common/session.h"

/* What is wrong now is what root could not mend: a group that the machine
   lacks. A user who makes a store for a trial chooses its groups. */
static void warn_of_layout(const char *location)
{
	struct error error = {""};

	if (geteuid() == 0 && store_layout_check(location, &error) < 0)
		(void)report(EX_OK, "warning: %s", error.text);
}

static int run(struct invocation *invocation)
{
	const char *location = invocation->configuration->store;
	struct error error = {""};
	int migrations = store_create(location, &error);

	if (migrations < 0)
		return report(session_store_failure(invocation), "%s",
			      error.text);
	warn_of_layout(location);
	if (migrations == 0)
		return result_message(invocation, "store %s is up to date",
				      location);
	return result_message(invocation,
			      "store %s is ready (%d migration%s done)",
			      location, migrations, migrations == 1 ? "" : "s");
}

const struct command cmd_store_init = {
	.name = "store init",
	.summary = "create the account store, or upgrade it",
	.help = "Creates the account store that the configuration names, or "
		"brings one of an\nolder version up to date. Safe to repeat.",
	.store = COMMAND_STORE_NONE,
	.run = run,
};
