/* SPDX-License-Identifier: MIT
 *
 * alumnictl password clear: removes the alumni password.
 */
#include <stdio.h>

#include "ctl/commands/commands.h"
#include "ctl/common/end-sessions.h"
#include "ctl/common/report.h"
#include "ctl/common/result.h"
#include "ctl/common/session.h"

static int run(struct invocation *invocation)
{
	struct account account;
	struct error error = {""};
	int cleared, learned;
	int status = session_account(invocation, &account);

	if (status != EX_OK)
		return status;
	/* A password learned from a directory would open the account too. */
	cleared = store_credential_clear(invocation->store, account.id,
					 CREDENTIAL_PASSWORD, "", &error);
	learned =
		cleared < 0
			? -1
			: store_credential_clear(invocation->store, account.id,
						 CREDENTIAL_LEARNED,
						 account.directory, &error);
	if (learned < 0)
		return report(EX_TEMPFAIL, "%s", error.text);
	status = end_sessions(invocation, account.name);
	if (status != EX_OK)
		return status;
	return result_account(invocation, &account, "%s",
			      cleared > 0 || learned > 0 ? "password cleared"
							 : "had no password");
}

const struct command cmd_password_clear = {
	.name = "password clear",
	.summary = "remove the alumni password of an account",
	.help = "Removes the alumni password, and one learned from the "
		"directory. Then only the\npassword of the directory entry, if "
		"the account is pinned to one, and app passwords\nopen the "
		"account. Open sessions are ended.",
	.arguments = {"NAME"},
	.store = COMMAND_STORE_CREDENTIALS,
	.run = run,
};
