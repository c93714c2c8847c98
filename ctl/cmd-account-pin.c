/* SPDX-License-Identifier: MIT
 *
 * alumnictl account pin and unpin: says which directory entry an account
 * belongs to. Only that entry's password opens it, so that a newcomer who was
 * given a leaver's user name does not get the leaver's mail.
 */
#include <stdio.h>

#include "ctl/report.h"
#include "ctl/session.h"

static int set_pin(struct invocation *invocation, struct account *account)
{
	struct error error = {""};

	return session_changed(store_account_pin(invocation->store, account->id,
						 account->directory,
						 account->directory_id, &error),
			       account, &error);
}

static int run_pin(struct invocation *invocation)
{
	struct account account;
	int status = session_account(invocation, &account);

	if (status == EX_OK)
		status = session_pin(invocation, true, &account);
	if (status == EX_OK)
		status = set_pin(invocation, &account);
	if (status == EX_OK)
		printf("%s: pinned to %s, id %s\n", account.name,
		       account.directory, account.directory_id);
	return status;
}

static int run_unpin(struct invocation *invocation)
{
	struct account account;
	int status = session_account(invocation, &account);

	if (status != EX_OK)
		return status;
	account.directory[0] = '\0';
	account.directory_id[0] = '\0';
	status = set_pin(invocation, &account);
	if (status == EX_OK)
		printf("%s: not pinned\n", account.name);
	return status;
}

const struct command cmd_account_pin = {
	.name = "account pin",
	.summary = "tie an account to a person's directory entry",
	.help = "Ties an account to one entry of a directory: the password of "
		"that entry opens it,\nand that of no other, whatever its user "
		"name.",
	.arguments = {"NAME"},
	.options = {{"directory", "NAME",
		     "directory, as the configuration names it (required)"},
		    {"directory-id", "ID",
		     "the person's id there, value of id_attribute "
		     "(required)"}},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_pin,
};

const struct command cmd_account_unpin = {
	.name = "account unpin",
	.summary = "untie an account from its directory entry",
	.help = "Unties an account from its directory entry: then only the "
		"alumni password opens it.",
	.arguments = {"NAME"},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_unpin,
};
