/* SPDX-License-Identifier: MIT
 *
 * alumnictl quota set and clear: a quota of the account's own, in place of
 * that of its class.
 */
#include <stdio.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "ctl/common/report.h"
#include "ctl/common/result.h"
#include "ctl/common/session.h"
#include "lib/configuration/limits.h"
#include "lib/mail/quota.h"

static int set_quota(struct invocation *invocation, const int64_t *bytes)
{
	struct account account;
	struct error error = {""};
	char text[QUOTA_TEXT_BYTES];
	int status = session_account(invocation, &account);

	if (status == EX_OK)
		status = session_changed(
			store_account_set_quota(invocation->store, account.id,
						bytes, &error),
			&account, &error);
	if (status != EX_OK)
		return status;
	account.has_own_quota = bytes != NULL;
	account.own_quota = bytes == NULL ? 0 : *bytes;
	quota_text(limits_quota(&account, invocation->configuration), text);
	return result_account(invocation, &account, "quota %s (%s)", text,
			      bytes == NULL ? "of its class" : "its own");
}

static int run_set(struct invocation *invocation)
{
	struct error error = {""};
	int64_t bytes;

	if (mail_quota_parse(invocation->arguments[1], &bytes, &error) < 0)
		return report(EX_DATAERR, "%s", error.text);
	return set_quota(invocation, &bytes);
}

static int run_clear(struct invocation *invocation)
{
	return set_quota(invocation, NULL);
}

const struct command cmd_quota_set = {
	.name = "quota set",
	.summary = "give an account a quota of its own",
	.help = "Gives an account a quota of its own. SIZE is a number with a "
		"unit B, K, M, G or T\n(powers of 1024), or \"unlimited\". "
		"Open sessions follow the new quota.",
	.arguments = {"NAME", "SIZE"},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_set,
};

const struct command cmd_quota_clear = {
	.name = "quota clear",
	.summary = "give an account the quota of its class again",
	.help = "Gives an account the quota of its class again.",
	.arguments = {"NAME"},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_clear,
};
