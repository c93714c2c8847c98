/* SPDX-License-Identifier: MIT
 *
 * alumnictl account delete: removes an account and what hangs on it in the
 * store. Its mail folder is left alone, since mail is gone for good once it
 * is deleted; the folder hangs on the id, so an account made later under the
 * same name does not find it.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctl/account-view.h"
#include "ctl/report.h"
#include "ctl/session.h"

/* The status for an answer of no: none of those of sysexits.h says that. */
#define EXIT_ANSWERED_NO 1

static int confirm(const struct invocation *invocation,
		   const struct account *account)
{
	char answer[16];

	if (invocation_option(invocation, "yes") != NULL)
		return EX_OK;
	if (!isatty(STDIN_FILENO))
		return report(EX_USAGE,
			      "account delete asks before it deletes, but "
			      "standard input is no terminal; give --yes");
	fprintf(stderr, "Delete the account %s (id %s)? [y/N] ", account->name,
		account->id);
	fflush(stderr);
	if (fgets(answer, sizeof(answer), stdin) != NULL &&
	    (strcasecmp(answer, "y\n") == 0 ||
	     strcasecmp(answer, "yes\n") == 0))
		return EX_OK;
	return report(EXIT_ANSWERED_NO, "nothing was deleted");
}

/* The end of the name's quarantine, or the end of time. */
static int64_t quarantine_until(const struct configuration *configuration)
{
	int64_t now = time(NULL);

	return configuration->name_quarantine > INT64_MAX - now
		       ? INT64_MAX
		       : now + configuration->name_quarantine;
}

static int print_result(const struct invocation *invocation,
			const struct account *account)
{
	char folder[ACCOUNT_HOME_BYTES];
	struct json_object *object;

	(void)account_home(account, invocation->configuration->mail_home,
			   folder);
	if (!invocation->json) {
		printf("%s: deleted; its mail is left in %s\n", account->name,
		       folder);
		return EX_OK;
	}
	object = json_object_new_object();
	json_add_text(object, "name", account->name);
	json_add_text(object, "id", account->id);
	json_add_text(object, "mail_folder", folder);
	return json_print(object);
}

static int run(struct invocation *invocation)
{
	struct account account;
	struct error error = {""};
	int status = session_account(invocation, &account);

	if (status == EX_OK)
		status = confirm(invocation, &account);
	if (status == EX_OK)
		status = session_changed(
			store_account_delete(
				invocation->store, account.id,
				quarantine_until(invocation->configuration),
				&error),
			&account, &error);
	return status == EX_OK ? print_result(invocation, &account) : status;
}

const struct command cmd_account_delete = {
	.name = "account delete",
	.summary = "delete an account, but not its mail folder",
	.help = "Deletes an account with its password, forwarding and quota, "
		"and keeps its name from\nbeing given out again for as long as "
		"name_quarantine says. The mail folder is left\nalone and its "
		"path is printed.",
	.arguments = {"NAME"},
	.options = {{"yes", NULL, "do not ask"}},
	.prints_data = true,
	.store = COMMAND_STORE_CREDENTIALS,
	.run = run,
};
