/* SPDX-License-Identifier: MIT
 *
 * alumnictl trash set and clear: how long an account's messages stay in Trash,
 * in place of what its class says.
 */
#include <stdio.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "ctl/common/report.h"
#include "ctl/common/result.h"
#include "ctl/common/session.h"
#include "lib/configuration/limits.h"
#include "lib/mail/retention.h"

static int set_retention(struct invocation *invocation, const int64_t *seconds)
{
	struct account account;
	struct error error = {""};
	char text[RETENTION_TEXT_BYTES];
	int status = session_account(invocation, &account);

	if (status == EX_OK)
		status = session_changed(
			store_account_set_retention(
				invocation->store, account.id, seconds, &error),
			&account, &error);
	if (status != EX_OK)
		return status;
	account.has_own_retention = seconds != NULL;
	account.own_retention = seconds == NULL ? 0 : *seconds;
	retention_text(limits_retention(&account, invocation->configuration),
		       text);
	return result_account(invocation, &account,
			      "messages stay in Trash %s (%s)", text,
			      seconds == NULL ? "of its class" : "its own");
}

static int run_set(struct invocation *invocation)
{
	struct error error = {""};
	int64_t seconds;

	if (retention_parse(invocation->arguments[1], &seconds, &error) < 0)
		return report(EX_DATAERR, "%s", error.text);
	return set_retention(invocation, &seconds);
}

static int run_clear(struct invocation *invocation)
{
	return set_retention(invocation, NULL);
}

const struct command cmd_trash_set = {
	.name = "trash set",
	.summary = "say how long an account's messages stay in Trash",
	.help = "Says how long an account's messages stay in Trash, in place "
		"of what its class says.\nSPAN is a number with a unit s, m, "
		"h, "
		"d or w, or \"never\" to keep them. Holds from the\nnext run "
		"of `doveadm alumni expire`.",
	.arguments = {"NAME", "SPAN"},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_set,
};

const struct command cmd_trash_clear = {
	.name = "trash clear",
	.summary = "let messages stay in Trash as long as the class says again",
	.help = "Lets an account's messages stay in Trash as long as its class "
		"says again.",
	.arguments = {"NAME"},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_clear,
};
