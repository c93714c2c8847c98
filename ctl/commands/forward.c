/* SPDX-License-Identifier: MIT
 *
 * alumnictl forward set, clear and show: the external address that an
 * account's mail is sent on to.
 */
#include <stdio.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "ctl/common/report.h"
#include "ctl/common/result.h"
#include "ctl/common/session.h"

static int set_forward(struct invocation *invocation, struct account *account_r,
		       const char *address, bool keep_copy)
{
	struct error error = {""};
	int status = session_account(invocation, account_r);

	if (status != EX_OK)
		return status;
	return session_changed(store_account_set_forward(invocation->store,
							 account_r->id, address,
							 keep_copy, &error),
			       account_r, &error);
}

static int run_set(struct invocation *invocation)
{
	const char *const *domains =
		(const char *const *)invocation->configuration->domains;
	bool keep_copy = invocation_option(invocation, "no-copy") == NULL;
	char address[ADDRESS_BYTES];
	struct account account;
	struct error error = {""};
	int status;

	if (forward_address_check(invocation->arguments[1], domains, address,
				  &error) < 0)
		return report(EX_DATAERR, "%s", error.text);
	status = set_forward(invocation, &account, address, keep_copy);
	if (status != EX_OK)
		return status;
	return result_account(invocation, &account, "forwarded to %s, %s",
			      address,
			      keep_copy ? "a copy is kept" : "no copy is kept");
}

static int run_clear(struct invocation *invocation)
{
	struct account account;
	int status = set_forward(invocation, &account, "", true);

	return status != EX_OK
		       ? status
		       : result_account(invocation, &account, "not forwarded");
}

static int print_json(const struct account *account)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "name", account->name);
	json_object_object_add(object, "forward",
			       account_forward_json(account));
	return json_print(object);
}

static int run_show(struct invocation *invocation)
{
	struct account account;
	int status = session_account(invocation, &account);

	if (status != EX_OK)
		return status;
	if (invocation->json)
		return print_json(&account);
	if (account_forwards(&account))
		printf("%s: forwarded to %s, %s\n", account.name,
		       account.forward_address,
		       account.forward_keep_copy ? "a copy is kept"
						 : "no copy is kept");
	else
		printf("%s: not forwarded\n", account.name);
	return EX_OK;
}

const struct command cmd_forward_set = {
	.name = "forward set",
	.summary = "send an account's mail on to another address",
	.help = "Sends an account's mail on to an address of another domain. A "
		"copy is kept here\nunless --no-copy is given; keeping one is "
		"wise, since a remote spam filter may drop\nforwarded mail.",
	.arguments = {"NAME", "ADDRESS"},
	.options = {{"no-copy", NULL, "keep nothing here"}},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_set,
};

const struct command cmd_forward_clear = {
	.name = "forward clear",
	.summary = "end forwarding",
	.help = "Ends forwarding: the account's mail stays here.",
	.arguments = {"NAME"},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_clear,
};

const struct command cmd_forward_show = {
	.name = "forward show",
	.summary = "show where an account's mail is sent on to",
	.help = "Shows where an account's mail is sent on to, and whether a "
		"copy is kept.",
	.arguments = {"NAME"},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_show,
};
