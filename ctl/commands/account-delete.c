/* SPDX-License-Identifier: MIT
 *
 * alumnictl account delete and undelete: a deleted account is out of sight, but
 * all of it is kept until it is purged.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "ctl/common/end-sessions.h"
#include "ctl/common/report.h"
#include "ctl/common/result.h"
#include "ctl/common/session.h"
#include "lib/store/deleted.h"

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

static int print_result(const struct invocation *invocation,
			const struct account *account, bool keep_mail)
{
	char folder[ACCOUNT_HOME_BYTES];
	char grace[RETENTION_TEXT_BYTES];
	struct json_object *object;

	(void)account_home(account, invocation->configuration->mail_home,
			   folder);
	retention_text(invocation->configuration->delete_grace, grace);
	if (!invocation->json) {
		printf("%s: deleted; \"alumnictl account undelete %s\" brings "
		       "it back for %s%s%s\n",
		       account->name, account->name, grace,
		       keep_mail ? ", and its mail stays in "
				 : ", and then its mail is deleted in ",
		       folder);
		return EX_OK;
	}
	object = json_object_new_object();
	json_add_text(object, "name", account->name);
	json_add_text(object, "id", account->id);
	json_add_text(object, "mail_folder", folder);
	json_object_object_add(object, "keep_mail",
			       json_object_new_boolean(keep_mail));
	return json_print(object);
}

static int run(struct invocation *invocation)
{
	bool keep_mail = invocation_option(invocation, "keep-mail") != NULL;
	struct account account;
	struct error error = {""};
	int status = session_account(invocation, &account);

	if (status == EX_OK)
		status = confirm(invocation, &account);
	if (status == EX_OK)
		status = session_changed(
			store_account_retire(invocation->store, account.id,
					     time(NULL), keep_mail, &error),
			&account, &error);
	if (status == EX_OK)
		status = end_sessions(invocation, account.name);
	return status == EX_OK ? print_result(invocation, &account, keep_mail)
			       : status;
}

static int run_undelete(struct invocation *invocation)
{
	char name[ADDRESS_LOCAL_BYTES];
	struct account account;
	struct error error = {""};
	int status = session_name(invocation, name);
	int found;

	if (status != EX_OK)
		return status;
	found = store_deleted_by_name(invocation->store, name, &account,
				      &error);
	if (found > 0)
		found = store_account_undelete(invocation->store, account.id,
					       &error);
	if (found < 0)
		return report(EX_TEMPFAIL, "%s", error.text);
	if (found == 0)
		return report(EX_NOUSER,
			      "there is no deleted account %s (alumnictl "
			      "account list --state deleted shows those there "
			      "are)",
			      name);
	return result_account(invocation, &account, "is back");
}

const struct command cmd_account_delete = {
	.name = "account delete",
	.summary = "delete an account; for a while it can be restored",
	.help = "Deletes an account: nobody can log in, its mail is refused, "
		"and its sessions are\nended. Until delete_grace has passed, "
		"\"account undelete\" brings it back as it was;\nthen "
		"\"account purge\" removes it and its mail for good.",
	.arguments = {"NAME"},
	.options = {{"yes", NULL, "do not ask"},
		    {"keep-mail", NULL,
		     "leave its mail folder alone when it is purged"}},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run,
};

const struct command cmd_account_undelete = {
	.name = "account undelete",
	.summary = "bring a deleted account back",
	.help = "Brings a deleted account back as it was, with its mail, "
		"passwords and aliases.",
	.arguments = {"NAME"},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_undelete,
};
