/* SPDX-License-Identifier: MIT
 *
 * alumnictl backend set and clear: the host that an account's sessions are
 * passed on to, where mail is spread over several.
 */
#include <stdio.h>

#include "ctl/commands/commands.h"
#include "ctl/common/report.h"
#include "ctl/common/result.h"
#include "ctl/common/session.h"
#include "lib/configuration/checks.h"

static int set_backend(struct invocation *invocation, const char *host)
{
	struct account account;
	struct error error = {""};
	int status = session_account(invocation, &account);

	if (status == EX_OK)
		status = session_changed(
			store_account_set_backend(invocation->store, account.id,
						  host, &error),
			&account, &error);
	if (status != EX_OK)
		return status;
	if (host[0] == '\0')
		return result_account(invocation, &account,
				      "sessions stay here");
	return result_account(invocation, &account, "sessions go to %s", host);
}

static int run_set(struct invocation *invocation)
{
	const char *host = invocation->arguments[1];
	struct error error = {""};

	if (check_host(host, &error) < 0)
		return report(EX_DATAERR, "%s", error.text);
	return set_backend(invocation, host);
}

static int run_clear(struct invocation *invocation)
{
	return set_backend(invocation, "");
}

const struct command cmd_backend_set = {
	.name = "backend set",
	.summary = "pass an account's sessions on to another host",
	.help = "Passes an account's sessions on to the mail backend HOST, a "
		"name or an address, by\nDovecot's proxying. On that host "
		"itself they stay.",
	.arguments = {"NAME", "HOST"},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_set,
};

const struct command cmd_backend_clear = {
	.name = "backend clear",
	.summary = "keep an account's sessions on this host",
	.help = "Keeps an account's sessions on the host where they begin.",
	.arguments = {"NAME"},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_clear,
};
