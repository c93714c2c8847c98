/* SPDX-License-Identifier: MIT
 *
 * alumnictl account add: creates an account, without a password.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "ctl/common/report.h"
#include "ctl/common/session.h"
#include "lib/mail/quota.h"

static int take_class(const struct invocation *invocation,
		      struct account *account)
{
	const char *name = invocation_option(invocation, "class");

	if (name == NULL)
		name = invocation->configuration->default_class;
	if (strlen(name) >= sizeof(account->class_name) ||
	    configuration_class(invocation->configuration, name) == NULL)
		return report(EX_DATAERR,
			      "there is no class \"%s\" in %s; add it there, "
			      "or give the name of one",
			      name, invocation->configuration->path);
	snprintf(account->class_name, sizeof(account->class_name), "%s", name);
	return EX_OK;
}

static int take_quota(const struct invocation *invocation,
		      struct account *account)
{
	const char *size = invocation_option(invocation, "quota");
	struct error error = {""};

	if (size == NULL)
		return EX_OK;
	account->has_own_quota = true;
	if (mail_quota_parse(size, &account->own_quota, &error) < 0)
		return report(EX_DATAERR, "%s", error.text);
	return EX_OK;
}

static int add(struct invocation *invocation, struct account *account)
{
	struct error error = {""};

	switch (store_account_add(invocation->store, account, time(NULL),
				  &error)) {
	case STORE_ADDED:
		return EX_OK;
	case STORE_NAME_TAKEN:
		return report(EX_DATAERR,
			      "there is an account %s already; choose another "
			      "name",
			      account->name);
	case STORE_NAME_QUARANTINED:
		return report(EX_DATAERR,
			      "the name %s belonged to a deleted account and "
			      "is not given out again yet (name_quarantine in "
			      "%s); choose another name",
			      account->name, invocation->configuration->path);
	case STORE_ADD_FAILED:
		break;
	}
	return report(EX_TEMPFAIL, "%s", error.text);
}

static int run(struct invocation *invocation)
{
	struct account account = {.enabled = true};
	struct account_view view = {
		.account = &account,
		.configuration = invocation->configuration,
	};
	int status = session_name(invocation, account.name);

	if (status == EX_OK)
		status = take_class(invocation, &account);
	if (status == EX_OK)
		status = take_quota(invocation, &account);
	if (status == EX_OK)
		status = session_pin(invocation, false, &account);
	if (invocation_option(invocation, "disabled") != NULL)
		account.enabled = false;
	if (status == EX_OK)
		status = add(invocation, &account);
	if (status != EX_OK)
		return status;
	if (invocation->json)
		return json_print(account_view_json(&view));
	printf("%s: added, id %s\n", account.name, account.id);
	return EX_OK;
}

const struct command cmd_account_add = {
	.name = "account add",
	.summary = "create an account",
	.help = "Creates an account. It has no password yet: see \"alumnictl "
		"password set\".",
	.arguments = {"NAME"},
	.options = {{"class", "CLASS",
		     "class of the account; default_class unless given"},
		    {"quota", "SIZE",
		     "quota of its own: 500M, 2G or unlimited, say"},
		    {"directory", "NAME",
		     "directory that the person is in; needs --directory-id"},
		    {"directory-id", "ID",
		     "the person's id there (value of id_attribute)"},
		    {"disabled", NULL,
		     "nobody can log in until it is enabled"}},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run,
};
