/* SPDX-License-Identifier: MIT
 *
 * alumnictl report no-password: members who would be locked out on leaving,
 * since only the directory's password opens their account.
 */
#include <stdio.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "ctl/common/report.h"
#include "ctl/common/rosters.h"
#include "lib/base/secret.h"

struct no_password {
	struct invocation *invocation;
	/* Printed at the end, when the terminal's line of progress is gone. */
	struct json_object *array;
};

/* What opens the account without the directory. A learned hash does so when
   the person has left. */
static bool counts(const struct configuration *configuration,
		   const struct credential *credential)
{
	if (credential->kind == CREDENTIAL_PASSWORD)
		return true;
	return credential->kind == CREDENTIAL_LEARNED &&
	       configuration->learn_password != LEARN_PASSWORD_NEVER;
}

static int has_password(const struct invocation *invocation,
			const struct account *account, bool *has_r)
{
	struct credential credentials[CREDENTIALS_MAX];
	struct error error = {""};
	size_t count = 0;

	*has_r = false;
	if (store_credentials(invocation->store, account->id, credentials,
			      &count, &error) < 0)
		return report(EX_TEMPFAIL, "%s", error.text);
	for (size_t i = 0; i < count; i++)
		*has_r |= counts(invocation->configuration, &credentials[i]);
	secret_wipe(credentials, sizeof(credentials));
	return EX_OK;
}

static int add_account(struct no_password *list, const struct account *account)
{
	struct json_object *object = json_object_new_object();
	char created[TIME_TEXT_BYTES];

	time_text(account->created_at, created);
	json_add_text(object, "name", account->name);
	json_add_text(object, "id", account->id);
	json_add_text(object, "class", account->class_name);
	json_add_text(object, "directory", account->directory);
	json_add_text(object, "created_at", created);
	if (json_object_array_add(list->array, object) < 0)
		return report(EX_OSERR, "out of memory");
	return EX_OK;
}

static int look_at(void *context, const struct account *account)
{
	struct no_password *list = context;
	bool has;
	int status;

	if (!account_is_pinned(account) || !account->enabled ||
	    account_is_denied(account))
		return EX_OK;
	status = has_password(list->invocation, account, &has);
	if (status != EX_OK || has)
		return status;
	return add_account(list, account);
}

static const char *text_of(struct json_object *object, const char *key)
{
	return json_object_get_string(json_object_object_get(object, key));
}

static void print_table(struct json_object *array)
{
	static const char format[] = "%-32s %-12s %-16s %s\n";

	printf(format, "NAME", "CLASS", "DIRECTORY", "CREATED");
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		struct json_object *object =
			json_object_array_get_idx(array, i);

		printf(format, text_of(object, "name"),
		       text_of(object, "class"), text_of(object, "directory"),
		       text_of(object, "created_at"));
	}
}

static int run(struct invocation *invocation)
{
	struct no_password list = {
		.invocation = invocation,
		.array = json_object_new_array(),
	};
	int status = accounts_walk(invocation, look_at, &list);

	if (status == EX_OK && invocation->json)
		return json_print(list.array);
	if (status == EX_OK)
		print_table(list.array);
	json_object_put(list.array);
	return status;
}

const struct command cmd_report_no_password = {
	.name = "report no-password",
	.summary = "list members who would be locked out on leaving",
	.help = "Lists accounts that only the directory's password opens: when "
		"their owners leave,\nnothing does. Ask these people to set an "
		"alumni password.",
	.store = COMMAND_STORE_CREDENTIALS,
	.run = run,
};
