/* SPDX-License-Identifier: MIT
 *
 * alumnictl sending block and unblock: whether an account may send over
 * submission. alumni-milter blocks one that passes its limits.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctl/commands/commands.h"
#include "ctl/common/report.h"
#include "ctl/common/result.h"
#include "ctl/common/session.h"
#include "lib/base/utf8.h"

#define DEFAULT_REASON "by hand"

static int run_block(struct invocation *invocation)
{
	const char *reason = invocation_option(invocation, "reason");
	struct account account;
	struct error error = {""};
	int status = session_account(invocation, &account);

	if (reason == NULL)
		reason = DEFAULT_REASON;
	if (status != EX_OK)
		return status;
	if (strlen(reason) >= ACCOUNT_BLOCK_REASON_BYTES ||
	    !utf8_is_printable(reason))
		return report(EX_DATAERR,
			      "the reason must be at most %d bytes of "
			      "printable UTF-8",
			      ACCOUNT_BLOCK_REASON_BYTES - 1);
	switch (store_sending_block(invocation->store, account.id, time(NULL),
				    reason, &error)) {
	case 1:
		return result_account(invocation, &account,
				      "sending is blocked");
	case 0:
		return result_account(invocation, &account,
				      "sending was blocked already");
	default:
		return report(EX_TEMPFAIL, "%s", error.text);
	}
}

static int run_unblock(struct invocation *invocation)
{
	struct account account;
	struct error error = {""};
	int status = session_account(invocation, &account);

	if (status == EX_OK)
		status = session_changed(
			store_sending_unblock(invocation->store, account.id,
					      &error),
			&account, &error);
	return status != EX_OK
		       ? status
		       : result_account(invocation, &account, "may send");
}

const struct command cmd_sending_block = {
	.name = "sending block",
	.summary = "let an account send no mail",
	.help = "Lets the account send no mail over submission, also in "
		"sessions that are open.\nReading and receiving go on. Change "
		"the password too if it was stolen.",
	.arguments = {"NAME"},
	.options = {{"reason", "TEXT", "why, shown by account show"}},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_block,
};

const struct command cmd_sending_unblock = {
	.name = "sending unblock",
	.summary = "let an account send mail again",
	.help = "Lets the account send mail again, and begins its counts of "
		"recipients anew.",
	.arguments = {"NAME"},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_unblock,
};
