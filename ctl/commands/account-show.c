/* SPDX-License-Identifier: MIT
 *
 * alumnictl account show: everything about one account but the password hash.
 */
#include <string.h>
#include <time.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "ctl/common/report.h"
#include "ctl/common/session.h"
#include "lib/base/secret.h"

/* When the passwords were set. */
static int find_passwords(struct invocation *invocation,
			  const struct account *account,
			  struct account_view *view)
{
	struct credential credentials[CREDENTIALS_MAX];
	struct error error = {""};
	size_t count = 0;

	if (store_credentials(invocation->store, account->id, credentials,
			      &count, &error) < 0)
		return report(EX_TEMPFAIL, "%s", error.text);
	for (size_t i = 0; i < count; i++) {
		if (credentials[i].kind == CREDENTIAL_PASSWORD)
			view->password_set_at = credentials[i].set_at;
		if (credentials[i].kind == CREDENTIAL_LEARNED &&
		    strcmp(credentials[i].label, account->directory) == 0)
			view->learned_at = credentials[i].set_at;
	}
	secret_wipe(credentials, sizeof(credentials));
	return EX_OK;
}

/* What hangs on the account besides the password. */
static int find_more(struct invocation *invocation,
		     const struct account *account,
		     struct alias aliases_r[ALIASES_MAX], size_t *alias_count_r,
		     struct activity *activity_r)
{
	struct error error = {""};

	if (store_aliases(invocation->store, account->id, aliases_r,
			  alias_count_r, &error) < 0 ||
	    store_activity(invocation->store, account->id, activity_r, &error) <
		    0)
		return report(EX_TEMPFAIL, "%s", error.text);
	return EX_OK;
}

static int run(struct invocation *invocation)
{
	struct alias aliases[ALIASES_MAX];
	struct activity activity;
	struct account account;
	struct account_view view = {
		.account = &account,
		.configuration = invocation->configuration,
		.knows_password = true,
		.aliases = aliases,
		.activity = &activity,
		.now = time(NULL),
	};
	int status = session_account(invocation, &account);

	if (status == EX_OK)
		status = find_passwords(invocation, &account, &view);
	if (status == EX_OK)
		status = find_more(invocation, &account, aliases,
				   &view.alias_count, &activity);
	if (status != EX_OK)
		return status;
	if (invocation->json)
		return json_print(account_view_json(&view));
	account_view_print(&view);
	return EX_OK;
}

const struct command cmd_account_show = {
	.name = "account show",
	.summary = "show everything about an account",
	.help = "Shows an account: its id, class, state, directory entry, "
		"quota and usage,\naliases, forwarding, what it sent, and "
		"when the alumni password was set.",
	.arguments = {"NAME"},
	.store = COMMAND_STORE_CREDENTIALS,
	.run = run,
};
