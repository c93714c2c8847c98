/* SPDX-License-Identifier: MIT
 *
 * alumnictl directory sync: compares all accounts with the directories. A login
 * notices changes of its own account; this command is for people who do not log
 * in any more.
 */
#include <stdio.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "ctl/common/progress.h"
#include "ctl/common/report.h"
#include "ctl/commands/sync-plan.h"

static int check_suspicion(const struct sync_plan *plan)
{
	const struct configuration *configuration =
		plan->invocation->configuration;

	for (size_t i = 0; i < plan->rosters.count; i++) {
		const struct membership_counts *counts = &plan->counts[i];

		if (!sync_plan_is_suspicious(plan, i))
			continue;
		return report(EX_DATAERR,
			      "directory \"%s\" has suspiciously few entries "
			      "(%zu): of %zu members %zu would leave, and "
			      "sync_least_percent is %u; nothing was changed. "
			      "If it is right, run this with --force",
			      configuration->directories[i].name,
			      counts->entries, counts->members, counts->leaving,
			      configuration->sync_least_percent);
	}
	return EX_OK;
}

static int apply_all(const struct sync_plan *plan)
{
	struct progress progress;
	int status = EX_OK;

	progress_begin(&progress, "changes", plan->change_count);
	for (size_t i = 0; i < plan->change_count && status == EX_OK; i++) {
		status = sync_change_apply(plan, &plan->changes[i]);
		progress_show(&progress, i + 1);
	}
	progress_end(&progress);
	return status;
}

static int print_all(const struct sync_plan *plan, bool applied)
{
	if (plan->invocation->json)
		return json_print(sync_plan_json(plan, applied));
	for (size_t i = 0; i < plan->change_count; i++)
		sync_change_print(plan, &plan->changes[i]);
	sync_plan_print_totals(plan);
	if (!applied)
		puts("Nothing was changed.");
	return EX_OK;
}

static int carry_out(const struct invocation *invocation,
		     const struct sync_plan *plan)
{
	bool dry_run = invocation_option(invocation, "dry-run") != NULL;
	bool force = invocation_option(invocation, "force") != NULL;
	int suspicion = force ? EX_OK : check_suspicion(plan);
	int status;

	if (dry_run || suspicion != EX_OK) {
		status = dry_run || invocation->json ? print_all(plan, false)
						     : EX_OK;
		return status == EX_OK ? suspicion : status;
	}
	status = apply_all(plan);
	return status == EX_OK ? print_all(plan, true) : status;
}

static int run(struct invocation *invocation)
{
	struct sync_plan plan;
	int status;

	if (invocation->configuration->directory_count == 0)
		return report(EX_CONFIG, "%s: there is no directory in it",
			      invocation->configuration->path);
	status = sync_plan_make(invocation, &plan);
	if (status == EX_OK)
		status = carry_out(invocation, &plan);
	sync_plan_free(&plan);
	return status;
}

const struct command cmd_directory_sync = {
	.name = "directory sync",
	.summary = "compare all accounts with the directories",
	.help = "Compares all accounts that are pinned to a directory entry "
		"with the directories: who\nleft gets the leaver_class, who "
		"came back the class of the entry, and names that\nwere given "
		"to somebody else are noted. Changes nothing when a directory "
		"has\nsuspiciously few entries.",
	.options = {{"dry-run", NULL, "only show what would change"},
		    {"force", NULL,
		     "believe a directory with suspiciously few entries"}},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run,
};
