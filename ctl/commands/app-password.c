/* SPDX-License-Identifier: MIT
 *
 * alumnictl app-password add, list and revoke: passwords for one mail program
 * or device each, so that a phone need not hold the university's.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "ctl/common/end-sessions.h"
#include "ctl/common/report.h"
#include "ctl/common/result.h"
#include "ctl/common/session.h"
#include "lib/base/secret.h"
#include "lib/password/app-password.h"
#include "lib/base/utf8.h"

static int check_label(const char *label)
{
	if (label[0] != '\0' && strlen(label) < CREDENTIAL_LABEL_BYTES &&
	    utf8_is_printable(label))
		return EX_OK;
	return report(EX_DATAERR,
		      "the label must be 1 to %d bytes of printable UTF-8",
		      CREDENTIAL_LABEL_BYTES - 1);
}

/* ---- add ---- */

static int show(const struct invocation *invocation,
		const struct account *account, const char *password)
{
	struct json_object *object;

	if (!invocation->json) {
		printf("%s: the app password for %s, shown only now, is\n%s\n",
		       account->name, invocation->arguments[1], password);
		return EX_OK;
	}
	object = json_object_new_object();
	json_add_text(object, "name", account->name);
	json_add_text(object, "id", account->id);
	json_add_text(object, "label", invocation->arguments[1]);
	json_add_text(object, "password", password);
	return json_print(object);
}

static int add(struct invocation *invocation, const struct account *account)
{
	struct credential credential = {
		.kind = CREDENTIAL_APP,
		.set_at = time(NULL),
	};
	char password[APP_PASSWORD_BYTES];
	struct error error = {""};
	int status = EX_OK;
	int added = -1;

	snprintf(credential.label, sizeof(credential.label), "%s",
		 invocation->arguments[1]);
	if (app_password_make(password, &error) == 0 &&
	    app_password_hash(password, credential.hash, &error) == 0)
		added = store_credential_add(invocation->store, account->id,
					     &credential, &error);
	if (added < 0)
		status = report(EX_TEMPFAIL, "%s", error.text);
	else if (added == 0)
		status = report(EX_DATAERR,
				"%s has an app password with this label "
				"already; revoke it, or choose another label",
				account->name);
	else
		status = show(invocation, account, password);
	secret_wipe(password, sizeof(password));
	secret_wipe(&credential, sizeof(credential));
	return status;
}

static int run_add(struct invocation *invocation)
{
	struct account account;
	int status = check_label(invocation->arguments[1]);

	if (status == EX_OK && !invocation->configuration->app_passwords)
		status = report(EX_CONFIG,
				"app passwords are turned off (app_passwords "
				"in %s)",
				invocation->configuration->path);
	if (status == EX_OK)
		status = session_account(invocation, &account);
	return status == EX_OK ? add(invocation, &account) : status;
}

/* ---- list ---- */

static struct json_object *credential_json(const struct credential *credential)
{
	struct json_object *object = json_object_new_object();
	char text[TIME_TEXT_BYTES];

	json_add_text(object, "label", credential->label);
	time_text(credential->set_at, text);
	json_add_text(object, "created_at", text);
	time_text(credential->last_used_at, text);
	json_add_text(object, "last_used_at",
		      credential->last_used_at == 0 ? NULL : text);
	return object;
}

static void print_row(const struct credential *credential)
{
	char label[CREDENTIAL_LABEL_BYTES];
	char created[TIME_TEXT_BYTES];
	char used[TIME_TEXT_BYTES] = "never";

	utf8_clean(credential->label, label, sizeof(label));
	time_text(credential->set_at, created);
	if (credential->last_used_at != 0)
		time_text(credential->last_used_at, used);
	printf("%-32s %-20s %s\n", label, created, used);
}

static int run_list(struct invocation *invocation)
{
	struct credential credentials[CREDENTIALS_MAX];
	struct json_object *array;
	struct account account;
	struct error error = {""};
	size_t count = 0;
	int status = session_account(invocation, &account);

	if (status != EX_OK)
		return status;
	if (store_credentials(invocation->store, account.id, credentials,
			      &count, &error) < 0)
		return report(EX_TEMPFAIL, "%s", error.text);
	array = json_object_new_array();
	if (!invocation->json)
		printf("%-32s %-20s %s\n", "LABEL", "CREATED", "LAST USED");
	for (size_t i = 0; i < count; i++) {
		if (credentials[i].kind != CREDENTIAL_APP)
			continue;
		if (invocation->json)
			json_object_array_add(array,
					      credential_json(&credentials[i]));
		else
			print_row(&credentials[i]);
	}
	secret_wipe(credentials, sizeof(credentials));
	if (invocation->json)
		return json_print(array);
	json_object_put(array);
	return EX_OK;
}

/* ---- revoke ---- */

static int run_revoke(struct invocation *invocation)
{
	const char *label = invocation->arguments[1];
	struct account account;
	struct error error = {""};
	int cleared;
	int status = session_account(invocation, &account);

	if (status != EX_OK)
		return status;
	cleared = store_credential_clear(invocation->store, account.id,
					 CREDENTIAL_APP, label, &error);
	if (cleared < 0)
		return report(EX_TEMPFAIL, "%s", error.text);
	if (cleared == 0)
		return report(EX_DATAERR,
			      "%s has no app password with the label \"%s\"",
			      account.name, label);
	status = end_sessions(invocation, account.name);
	return status != EX_OK
		       ? status
		       : result_account(invocation, &account,
					"the app password for %s is revoked",
					label);
}

const struct command cmd_app_password_add = {
	.name = "app-password add",
	.summary = "make a password for one mail program",
	.help = "Makes a password for one mail program or device, and shows "
		"it: it cannot be shown\nagain. LABEL says what it is for. It "
		"opens mail and sending, but changes nothing.",
	.arguments = {"NAME", "LABEL"},
	.store = COMMAND_STORE_CREDENTIALS,
	.run = run_add,
};

const struct command cmd_app_password_list = {
	.name = "app-password list",
	.summary = "list the app passwords of an account",
	.help = "Lists the app passwords of an account: what each is for, "
		"when it was made, and when\nit was last used.",
	.arguments = {"NAME"},
	.store = COMMAND_STORE_CREDENTIALS,
	.run = run_list,
};

const struct command cmd_app_password_revoke = {
	.name = "app-password revoke",
	.summary = "revoke an app password",
	.help = "Revokes an app password, and ends all open sessions of the "
		"account.",
	.arguments = {"NAME", "LABEL"},
	.store = COMMAND_STORE_CREDENTIALS,
	.run = run_revoke,
};
