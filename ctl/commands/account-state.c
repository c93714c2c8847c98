/* SPDX-License-Identifier: MIT
 *
 * alumnictl account disable and enable: a disabled account keeps its mail and
 * lets nobody in, with whatever password.
 */
#include <stdio.h>

#include "ctl/commands/commands.h"
#include "ctl/common/end-sessions.h"
#include "ctl/common/report.h"
#include "ctl/common/result.h"
#include "ctl/common/session.h"

static int set_enabled(struct invocation *invocation, bool enabled)
{
	struct account account;
	struct error error = {""};
	int status = session_account(invocation, &account);

	if (status == EX_OK)
		status = session_changed(
			store_account_set_enabled(invocation->store, account.id,
						  enabled, &error),
			&account, &error);
	if (status == EX_OK && !enabled)
		status = end_sessions(invocation, account.name);
	if (status != EX_OK)
		return status;
	return result_account(invocation, &account, "%s",
			      enabled ? "enabled" : "disabled");
}

static int run_disable(struct invocation *invocation)
{
	return set_enabled(invocation, false);
}

static int run_enable(struct invocation *invocation)
{
	return set_enabled(invocation, true);
}

const struct command cmd_account_disable = {
	.name = "account disable",
	.summary = "let nobody log in to an account",
	.help = "Disables an account: no password opens it, and its mail is "
		"refused and so not\nforwarded either. Open sessions are "
		"ended.",
	.arguments = {"NAME"},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_disable,
};

const struct command cmd_account_enable = {
	.name = "account enable",
	.summary = "open a disabled account again",
	.help = "Opens a disabled account again.",
	.arguments = {"NAME"},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_enable,
};
