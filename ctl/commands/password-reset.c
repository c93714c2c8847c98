/* SPDX-License-Identifier: MIT
 *
 * alumnictl password reset: a new alumni password that nobody chose, shown
 * once, to be told to its owner.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "ctl/common/end-sessions.h"
#include "ctl/common/new-password.h"
#include "ctl/common/report.h"
#include "ctl/common/session.h"
#include "lib/base/secret.h"
#include "lib/password/app-password.h"

/* Revokes the app passwords: a device may be lost or stolen. Returns an exit
   status. */
static int revoke_app_passwords(struct invocation *invocation,
				const struct account *account)
{
	struct credential credentials[CREDENTIALS_MAX];
	struct error error = {""};
	size_t count = 0;
	int result = store_credentials(invocation->store, account->id,
				       credentials, &count, &error);

	for (size_t i = 0; i < count && result >= 0; i++) {
		if (credentials[i].kind == CREDENTIAL_APP)
			result = store_credential_clear(
				invocation->store, account->id, CREDENTIAL_APP,
				credentials[i].label, &error);
	}
	secret_wipe(credentials, sizeof(credentials));
	return result < 0 ? report(EX_TEMPFAIL, "%s", error.text) : EX_OK;
}

static int show(const struct invocation *invocation,
		const struct account *account, const char *password)
{
	struct json_object *object;

	if (!invocation->json) {
		printf("%s: the new password, shown only now, is\n%s\n",
		       account->name, password);
		return EX_OK;
	}
	object = json_object_new_object();
	json_add_text(object, "name", account->name);
	json_add_text(object, "id", account->id);
	json_add_text(object, "password", password);
	return json_print(object);
}

static int reset(struct invocation *invocation, const struct account *account,
		 const char *password)
{
	int status = EX_OK;
	int ended;

	if (invocation_option(invocation, "app-passwords") != NULL)
		status = revoke_app_passwords(invocation, account);
	if (status == EX_OK)
		status = new_password_store(invocation, account, password);
	if (status != EX_OK)
		return status;
	/* The password is in force, and must be shown in any case. */
	ended = end_sessions(invocation, account->name);
	status = show(invocation, account, password);
	return status == EX_OK ? ended : status;
}

static int run(struct invocation *invocation)
{
	char password[APP_PASSWORD_BYTES] = "";
	struct account account;
	struct error error = {""};
	int status = session_account(invocation, &account);

	if (status == EX_OK && app_password_make(password, &error) < 0)
		status = report(EX_OSERR, "%s", error.text);
	if (status == EX_OK)
		status = reset(invocation, &account, password);
	secret_wipe(password, sizeof(password));
	return status;
}

const struct command cmd_password_reset = {
	.name = "password reset",
	.summary = "set a new alumni password, and show it once",
	.help = "Sets a new alumni password that is made at random, and shows "
		"it: it cannot be shown\nagain. Sessions that are open are "
		"ended. App passwords stay unless --app-passwords\nis given.",
	.arguments = {"NAME"},
	.options = {{"app-passwords", NULL, "revoke all app passwords too"}},
	.store = COMMAND_STORE_CREDENTIALS,
	.run = run,
};
