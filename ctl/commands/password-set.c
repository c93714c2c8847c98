/* SPDX-License-Identifier: MIT
 *
 * alumnictl password set: sets the alumni password. It is read from the
 * terminal or standard input, never from the command line, which every user
 * of the machine can see.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/commands/commands.h"
#include "ctl/common/end-sessions.h"
#include "ctl/common/new-password.h"
#include "ctl/common/read-password.h"
#include "ctl/common/report.h"
#include "ctl/common/result.h"
#include "ctl/common/session.h"
#include "lib/base/secret.h"

static int ask(const char *prompt, char password[PASSWORD_BUFFER_BYTES])
{
	struct error error = {""};

	switch (read_password(STDIN_FILENO, prompt, password, &error)) {
	case READ_PASSWORD_OK:
		return EX_OK;
	case READ_PASSWORD_BAD:
		return report(EX_DATAERR, "%s; nothing was changed",
			      error.text);
	case READ_PASSWORD_FAILED:
		break;
	}
	return report(EX_IOERR, "%s; nothing was changed", error.text);
}

/* Asks again, since what was typed could not be seen. */
static int ask_again(const char *password)
{
	char again[PASSWORD_BUFFER_BYTES];
	int status = ask("New password again: ", again);

	if (status == EX_OK && strcmp(password, again) != 0)
		status = report(EX_DATAERR, "the two passwords differ; "
					    "nothing was changed");
	secret_wipe(again, sizeof(again));
	return status;
}

/* Mail programs and web forms cannot send control characters. */
static int check_characters(const char *password)
{
	for (; *password != '\0'; password++) {
		if ((unsigned char)*password < 0x20 || *password == 0x7f)
			return report(EX_DATAERR,
				      "a password cannot hold control "
				      "characters; nothing was changed");
	}
	return EX_OK;
}

static int read_new_password(char password_r[PASSWORD_BUFFER_BYTES])
{
	int status = ask("New password: ", password_r);

	if (status == EX_OK && password_r[0] == '\0')
		status = report(EX_DATAERR, "the password is empty; nothing "
					    "was changed");
	if (status == EX_OK)
		status = check_characters(password_r);
	if (status == EX_OK && isatty(STDIN_FILENO))
		status = ask_again(password_r);
	return status;
}

static int run(struct invocation *invocation)
{
	char password[PASSWORD_BUFFER_BYTES] = "";
	struct account account;
	int status = session_account(invocation, &account);

	if (status == EX_OK)
		status = read_new_password(password);
	/* The person may have taken a while. */
	if (status == EX_OK)
		status = session_account(invocation, &account);
	if (status == EX_OK)
		status = new_password_store(invocation, &account, password);
	secret_wipe(password, sizeof(password));
	/* Somebody who knows the old password must not stay logged in. */
	if (status == EX_OK)
		status = end_sessions(invocation, account.name);
	return status != EX_OK
		       ? status
		       : result_account(invocation, &account, "password set");
}

const struct command cmd_password_set = {
	.name = "password set",
	.summary = "set the alumni password of an account",
	.help = "Sets the alumni password. A terminal is asked for it twice, "
		"without echo; otherwise\nthe first line of standard input is "
		"the password. It is never an argument. Sessions that are "
		"open\nare ended.",
	.arguments = {"NAME"},
	.store = COMMAND_STORE_CREDENTIALS,
	.run = run,
};
