/* SPDX-License-Identifier: MIT
 *
 * alumnictl password clear: removes the alumni password.
 */
#include <stdio.h>

#include "ctl/report.h"
#include "ctl/session.h"

static int run(struct invocation *invocation)
{
	struct account account;
	struct error error = {""};
	int status = session_account(invocation, &account);

	if (status != EX_OK)
		return status;
	switch (store_credential_clear(invocation->store, account.id,
				       CREDENTIAL_PASSWORD, "", &error)) {
	case 1:
		printf("%s: password cleared\n", account.name);
		return EX_OK;
	case 0:
		printf("%s: had no password\n", account.name);
		return EX_OK;
	default:
		return report(EX_TEMPFAIL, "%s", error.text);
	}
}

const struct command cmd_password_clear = {
	.name = "password clear",
	.summary = "remove the alumni password of an account",
	.help = "Removes the alumni password: then only the directory entry, "
		"if the account is\npinned to one, lets its person in.",
	.arguments = {"NAME"},
	.store = COMMAND_STORE_CREDENTIALS,
	.run = run,
};
