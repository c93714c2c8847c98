/* SPDX-License-Identifier: MIT
 *
 * alumnictl account show: everything about one account but the password hash.
 */
#include "ctl/account-view.h"
#include "ctl/report.h"
#include "ctl/session.h"

/* When the alumni password was set: 0 if there is none. */
static int find_password(struct invocation *invocation,
			 const struct account *account, int64_t *set_at_r)
{
	struct credential credentials[CREDENTIALS_MAX];
	struct error error = {""};
	size_t count = 0;

	*set_at_r = 0;
	if (store_credentials(invocation->store, account->id, credentials,
			      &count, &error) < 0)
		return report(EX_TEMPFAIL, "%s", error.text);
	for (size_t i = 0; i < count; i++) {
		if (credentials[i].kind == CREDENTIAL_PASSWORD)
			*set_at_r = credentials[i].set_at;
	}
	secret_wipe(credentials, sizeof(credentials));
	return EX_OK;
}

static int run(struct invocation *invocation)
{
	struct account account;
	struct account_view view = {
		.account = &account,
		.configuration = invocation->configuration,
		.knows_password = true,
	};
	int status = session_account(invocation, &account);

	if (status == EX_OK)
		status = find_password(invocation, &account,
				       &view.password_set_at);
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
		"quota and usage,\nforwarding, and when the alumni password "
		"was set.",
	.arguments = {"NAME"},
	.prints_data = true,
	.store = COMMAND_STORE_CREDENTIALS,
	.run = run,
};
