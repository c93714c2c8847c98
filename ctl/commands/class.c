/* SPDX-License-Identifier: MIT
 *
 * alumnictl class set: the class of an account, from which its quota and
 * retention follow.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/commands/commands.h"
#include "ctl/common/report.h"
#include "ctl/common/result.h"
#include "ctl/common/session.h"

static int run(struct invocation *invocation)
{
	const char *class_name = invocation->arguments[1];
	struct account account;
	struct error error = {""};
	int status = session_account(invocation, &account);

	if (status != EX_OK)
		return status;
	if (strlen(class_name) >= sizeof(account.class_name) ||
	    configuration_class(invocation->configuration, class_name) == NULL)
		return report(EX_DATAERR,
			      "there is no class \"%s\" in %s; add it there, "
			      "or give the name of one",
			      class_name, invocation->configuration->path);
	status = session_changed(store_account_set_class(invocation->store,
							 account.id, class_name,
							 &error),
				 &account, &error);
	return status != EX_OK ? status
			       : result_account(invocation, &account,
						"class %s", class_name);
}

const struct command cmd_class_set = {
	.name = "class set",
	.summary = "set the class of an account",
	.help = "Sets the class of an account. Its quota and the retention of "
		"its Trash follow from\nthe class, unless the account has its "
		"own. An account that is pinned to a directory\nentry gets the "
		"class of that entry again with the next \"directory sync\".",
	.arguments = {"NAME", "CLASS"},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run,
};
