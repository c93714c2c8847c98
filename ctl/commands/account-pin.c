/* SPDX-License-Identifier: MIT
 *
 * alumnictl account pin and unpin: says which directory entry an account
 * belongs to. Only that entry's password opens it, so that a newcomer who was
 * given a leaver's user name does not get the leaver's mail.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/commands/commands.h"
#include "ctl/commands/pin-all.h"
#include "ctl/common/report.h"
#include "ctl/common/result.h"
#include "ctl/common/rosters.h"
#include "ctl/common/session.h"
#include "lib/directory/list.h"

static int set_pin(struct invocation *invocation, struct account *account)
{
	struct error error = {""};

	return session_changed(store_account_pin(invocation->store, account->id,
						 account->directory,
						 account->directory_id, &error),
			       account, &error);
}

/* Asks the directory for the id of the entry with this DN. */
static int find_id(const struct directory_options *options, const char *dn,
		   struct account *account)
{
	struct directory_entry entry;
	struct directory *directory;
	struct error error = {""};
	int status = directory_open_configured(options, &directory);
	int found;

	if (status != EX_OK)
		return status;
	found = directory_find_dn(directory, dn, &entry, &error);
	directory_close(&directory);
	if (found < 0)
		return report(EX_TEMPFAIL, "directory \"%s\": %s",
			      options->name, error.text);
	if (found == 0)
		return report(EX_DATAERR,
			      "directory \"%s\" has no person \"%s\": no such "
			      "entry, or its filter does not match it",
			      options->name, dn);
	snprintf(account->directory, sizeof(account->directory), "%s",
		 options->name);
	snprintf(account->directory_id, sizeof(account->directory_id), "%s",
		 entry.id);
	return EX_OK;
}

static int pin_by_dn(struct invocation *invocation, struct account *account)
{
	const struct configuration *configuration = invocation->configuration;
	const char *dn = invocation_option(invocation, "dn");
	const char *name = invocation_option(invocation, "directory");

	if (invocation_option(invocation, "directory-id") != NULL)
		return report(EX_USAGE, "account pin: --dn finds the id, so "
					"--directory-id makes no sense");
	if (name == NULL)
		return report(EX_USAGE,
			      "account pin: --dn takes --directory, too");
	for (size_t i = 0; i < configuration->directory_count; i++) {
		if (strcmp(configuration->directories[i].name, name) == 0)
			return find_id(&configuration->directories[i], dn,
				       account);
	}
	return session_unknown_directory(invocation, name);
}

static int run_pin_one(struct invocation *invocation)
{
	struct account account;
	int status;

	if (invocation_option(invocation, "from-directory") != NULL ||
	    invocation_option(invocation, "dry-run") != NULL)
		return report(EX_USAGE, "account pin: --from-directory and "
					"--dry-run go with --all");
	status = session_account(invocation, &account);
	if (status != EX_OK)
		return status;
	status = invocation_option(invocation, "dn") != NULL
			 ? pin_by_dn(invocation, &account)
			 : session_pin(invocation, true, &account);
	if (status == EX_OK)
		status = set_pin(invocation, &account);
	if (status != EX_OK)
		return status;
	return result_account(invocation, &account, "pinned to %s, id %s",
			      account.directory, account.directory_id);
}

static int run_pin(struct invocation *invocation)
{
	const char *directory = invocation_option(invocation, "directory");

	if (invocation_option(invocation, "all") == NULL)
		return run_pin_one(invocation);
	if (invocation_option(invocation, "from-directory") == NULL ||
	    invocation_option(invocation, "directory-id") != NULL ||
	    invocation_option(invocation, "dn") != NULL)
		return report(EX_USAGE,
			      "account pin: --all takes --from-directory, and "
			      "neither --directory-id nor --dn");
	if (directory != NULL &&
	    !session_directory_is_known(invocation, directory))
		return session_unknown_directory(invocation, directory);
	return pin_all(invocation, directory,
		       invocation_option(invocation, "dry-run") != NULL);
}

static int run_unpin(struct invocation *invocation)
{
	struct account account;
	int status = session_account(invocation, &account);

	if (status != EX_OK)
		return status;
	account.directory[0] = '\0';
	account.directory_id[0] = '\0';
	status = set_pin(invocation, &account);
	return status != EX_OK
		       ? status
		       : result_account(invocation, &account, "not pinned");
}

const struct command cmd_account_pin = {
	.name = "account pin",
	.summary = "tie an account to a person's directory entry",
	.help = "Ties an account to one entry of a directory: the password of "
		"that entry opens it,\nand that of no other, whatever its user "
		"name. With --all --from-directory, ties all\naccounts that "
		"are not tied yet to the entries that have their names.",
	.arguments = {"NAME"},
	.no_arguments_with = "all",
	.options = {{"directory", "NAME",
		     "directory, as the configuration names it (required, but "
		     "for --all)"},
		    {"directory-id", "ID",
		     "the person's id there, value of id_attribute"},
		    {"dn", "DN", "the person's entry, which has the id"},
		    {"all", NULL, "all accounts, instead of NAME"},
		    {"from-directory", NULL,
		     "find their entries by name (required with --all)"},
		    {"dry-run", NULL, "only show what --all would do"}},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_pin,
};

const struct command cmd_account_unpin = {
	.name = "account unpin",
	.summary = "untie an account from its directory entry",
	.help = "Unties an account from its directory entry: then only the "
		"alumni password opens it.",
	.arguments = {"NAME"},
	.store = COMMAND_STORE_ACCOUNTS,
	.run = run_unpin,
};
