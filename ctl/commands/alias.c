/* SPDX-License-Identifier: MIT
 *
 * alumnictl alias add, remove and list: further names under which an account
 * gets mail.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "ctl/common/report.h"
#include "ctl/common/result.h"
#include "ctl/common/session.h"

/* Mail for these goes to postmaster, whatever aliases there are. */
static const char *const role_names[] = {"postmaster", "abuse"};

/* Normalises the second argument as session_name() does the first. */
static int find_alias(const struct invocation *invocation,
		      char name_r[ADDRESS_LOCAL_BYTES])
{
	const char *const *domains =
		(const char *const *)invocation->configuration->domains;
	struct error error = {""};

	if (account_name_normalise(invocation->arguments[1], domains, name_r,
				   &error) < 0)
		return report(EX_DATAERR, "%s", error.text);
	for (size_t i = 0; i < sizeof(role_names) / sizeof(*role_names); i++) {
		if (strcmp(role_names[i], name_r) == 0)
			return report(EX_DATAERR,
				      "%s can be nobody's alias: the option "
				      "postmaster in %s says who gets its mail",
				      name_r, invocation->configuration->path);
	}
	return EX_OK;
}

static int find_both(struct invocation *invocation, struct account *account_r,
		     char name_r[ADDRESS_LOCAL_BYTES])
{
	int status = find_alias(invocation, name_r);

	return status != EX_OK ? status
			       : session_account(invocation, account_r);
}

static int run_add(struct invocation *invocation)
{
	char name[ADDRESS_LOCAL_BYTES];
	struct account account;
	struct error error = {""};
	int status = find_both(invocation, &account, name);

	if (status != EX_OK)
		return status;
	switch (store_alias_add(invocation->store, account.id, name, time(NULL),
				&error)) {
	case STORE_ADDED:
		return result_account(invocation, &account,
				      "mail for %s@%s arrives here", name,
				      invocation->configuration->domains[0]);
	case STORE_NAME_TAKEN:
		return report(
			EX_DATAERR,
			"%s is the name or an alias of an account already",
			name);
	case STORE_NAME_QUARANTINED:
		return report(EX_DATAERR,
			      "%s belonged to somebody else and is in "
			      "quarantine: mail that is meant for them must "
			      "not arrive here",
			      name);
	case STORE_ADD_FAILED:
		break;
	}
	return report(EX_TEMPFAIL, "%s", error.text);
}

static int run_remove(struct invocation *invocation)
{
	bool release = invocation_option(invocation, "release") != NULL;
	char name[ADDRESS_LOCAL_BYTES];
	struct account account;
	struct error error = {""};
	int status = find_both(invocation, &account, name);
	int64_t until;

	if (status != EX_OK)
		return status;
	until = release ? 0
			: time(NULL) +
				  invocation->configuration->name_quarantine;
	switch (store_alias_remove(invocation->store, account.id, name, until,
				   &error)) {
	case 1:
		return result_account(invocation, &account,
				      "%s is no alias any more", name);
	case 0:
		return report(EX_DATAERR, "%s has no alias %s", account.name,
			      name);
	default:
		return report(EX_TEMPFAIL, "%s", error.text);
	}
}

static int run_list(struct invocation *invocation)
{
	struct alias aliases[ALIASES_MAX];
	struct account account;
	struct error error = {""};
	size_t count;
	int status = session_account(invocation, &account);

	if (status != EX_OK)
		return status;
	if (store_aliases(invocation->store, account.id, aliases, &count,
			  &error) < 0)
		return report(EX_TEMPFAIL, "%s", error.text);
	if (invocation->json)
		return json_print(aliases_json(aliases, count));
	for (size_t i = 0; i < count; i++)
		printf("%s\n", aliases[i].name);
	return EX_OK;
}

const struct command cmd_alias_add = {
	.name = "alias add",
	.summary = "give an account a further name",
	.help = "Gives an account a further name: its mail arrives under it, "
		"at each of our\ndomains, and its owner may send as it. Logins "
		"keep to the account's own name.",
	.arguments = {"NAME", "ALIAS"},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_add,
};

const struct command cmd_alias_remove = {
	.name = "alias remove",
	.summary = "take an alias away",
	.help = "Takes an alias away. It is then in quarantine: for as long as "
		"name_quarantine\nsays, only the same account can get it "
		"again.",
	.arguments = {"NAME", "ALIAS"},
	.options = {{"release", NULL, "let anybody have it at once"}},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_remove,
};

const struct command cmd_alias_list = {
	.name = "alias list",
	.summary = "show an account's aliases",
	.help = "Shows the further names under which an account gets mail.",
	.arguments = {"NAME"},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_list,
};
