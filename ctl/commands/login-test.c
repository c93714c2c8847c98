/* SPDX-License-Identifier: MIT
 *
 * alumnictl login-test: says whether this name and password would be let in.
 * Dovecot is asked, not the library, so that the answer is the one that mail
 * programs get.
 */
#include <stdio.h>
#include <unistd.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "lib/base/secret.h"
#include "lib/password/auth-client.h"
#include "ctl/common/read-password.h"
#include "ctl/common/report.h"

static const struct {
	const char *word;
	int status;
} results[] = {
	[AUTH_CLIENT_ACCEPTED] = {"ok", EX_OK},
	[AUTH_CLIENT_REFUSED] = {"refused", EX_NOPERM},
	[AUTH_CLIENT_TEMPORARY_FAILURE] = {"temporary failure", EX_TEMPFAIL},
	[AUTH_CLIENT_UNAVAILABLE] = {NULL, EX_UNAVAILABLE},
	[AUTH_CLIENT_NOT_PERMITTED] = {NULL, EX_NOPERM},
};

static int print_result(const struct invocation *invocation, const char *word,
			const struct auth_client_reply *reply)
{
	struct json_object *object;

	if (!invocation->json) {
		puts(word);
		return EX_OK;
	}
	object = json_object_new_object();
	json_add_text(object, "name", invocation->arguments[0]);
	json_add_text(object, "result", word);
	json_add_text(object, "code",
		      reply->code[0] == '\0' ? NULL : reply->code);
	return json_print(object);
}

static int try(const struct invocation *invocation, const char *password)
{
	const char *name = invocation->arguments[0];
	enum auth_client_outcome outcome;
	struct auth_client_reply reply;
	struct error error = {""};
	int status = EX_OK;

	outcome = auth_client_try(invocation->configuration->auth_socket, name,
				  password, AUTH_CLIENT_TIMEOUT_MSECS, &reply,
				  &error);
	if (results[outcome].word != NULL)
		status =
			print_result(invocation, results[outcome].word, &reply);
	if (outcome != AUTH_CLIENT_ACCEPTED)
		return report(results[outcome].status, "%s: %s", name,
			      error.text);
	return status;
}

static int run(struct invocation *invocation)
{
	char password[PASSWORD_BUFFER_BYTES];
	struct error error = {""};
	int status;

	switch (read_password(STDIN_FILENO, "Password: ", password, &error)) {
	case READ_PASSWORD_OK:
		status = try(invocation, password);
		break;
	case READ_PASSWORD_BAD:
		status = report(EX_DATAERR, "%s", error.text);
		break;
	default:
		status = report(EX_IOERR, "%s", error.text);
		break;
	}
	secret_wipe(password, sizeof(password));
	return status;
}

const struct command cmd_login_test = {
	.name = "login-test",
	.summary = "ask Dovecot whether a name and password get in",
	.help = "Asks the running Dovecot whether this name and password would "
		"get in, over the\nsocket that auth_socket names, and prints "
		"\"ok\", \"refused\" or \"temporary failure\".\nThe password "
		"is "
		"read from the terminal, or from the first line of standard "
		"input.\nA first login with a directory password creates the "
		"account, here as elsewhere.",
	.arguments = {"NAME"},
	.store = COMMAND_STORE_NONE,
	.run = run,
};
