/* SPDX-License-Identifier: MIT
 *
 * alumnictl account rename: another name for the same account. The mailbox,
 * which hangs on the id, goes with it.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctl/commands/commands.h"
#include "ctl/common/end-sessions.h"
#include "ctl/common/report.h"
#include "ctl/common/result.h"
#include "ctl/common/session.h"
#include "lib/store/deleted.h"

static int rename_account(struct invocation *invocation,
			  const struct account *account, const char *name)
{
	bool alias = invocation_option(invocation, "no-alias") == NULL;
	struct error error = {""};

	switch (store_account_rename(
		invocation->store, account->id, name,
		alias ? STORE_OLD_NAME_ALIAS : STORE_OLD_NAME_QUARANTINE,
		session_quarantine_until(invocation), time(NULL), &error)) {
	case STORE_ADDED:
		return EX_OK;
	case STORE_NAME_TAKEN:
		return report(EX_DATAERR,
			      "%s is the name or an alias of an account "
			      "already; choose another name",
			      name);
	case STORE_NAME_QUARANTINED:
		return report(EX_DATAERR,
			      "%s belonged to somebody else and is in "
			      "quarantine (name_quarantine in %s); choose "
			      "another name",
			      name, invocation->configuration->path);
	case STORE_ADD_FAILED:
		break;
	}
	return report(EX_TEMPFAIL, "%s", error.text);
}

static int run(struct invocation *invocation)
{
	const char *const *domains =
		(const char *const *)invocation->configuration->domains;
	char name[ADDRESS_LOCAL_BYTES];
	struct account account;
	struct error error = {""};
	int status = session_account(invocation, &account);

	if (status != EX_OK)
		return status;
	if (account_name_normalise(invocation->arguments[1], domains, name,
				   &error) < 0)
		return report(EX_DATAERR, "%s", error.text);
	if (strcmp(name, account.name) == 0)
		return report(EX_DATAERR, "%s has that name already", name);
	status = rename_account(invocation, &account, name);
	/* Open sessions run under the old name. */
	if (status == EX_OK)
		status = end_sessions(invocation, account.name);
	if (status != EX_OK)
		return status;
	return result_account(invocation, &account, "is %s now, %s", name,
			      invocation_option(invocation, "no-alias") == NULL
				      ? "and gets mail for both names"
				      : "and the old name gets no mail");
}

const struct command cmd_account_rename = {
	.name = "account rename",
	.summary = "give an account another name",
	.help = "Gives an account another name, for logins too; its mailbox "
		"and all else stay with it.\nThe old name becomes an alias, "
		"so that mail to it still arrives. Open sessions are\nended.",
	.arguments = {"NAME", "NEW-NAME"},
	.options = {{"no-alias", NULL,
		     "the old name gets no mail, and is in quarantine"}},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run,
};
