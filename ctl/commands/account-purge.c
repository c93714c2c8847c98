/* SPDX-License-Identifier: MIT
 *
 * alumnictl account purge: removes for good what was deleted long enough ago,
 * the mail first: when that fails, the next run tries again, while a folder
 * that no account names any more would lie there for ever.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ctl/commands/commands.h"
#include "ctl/common/account-view.h"
#include "ctl/commands/remove-tree.h"
#include "ctl/common/report.h"
#include "ctl/common/session.h"
#include "lib/store/deleted.h"

#define PAGE_ACCOUNTS 64

struct purge {
	struct invocation *invocation;
	bool dry_run;
	struct json_object *array;
	int status;
};

/* The account may have been restored since the list was read. */
static bool is_still_deleted(const struct purge *purge,
			     const struct account *account, struct error *error)
{
	struct account now;
	int found = store_deleted_by_name(purge->invocation->store,
					  account->name, &now, error);

	return found > 0 && now.deleted_at == account->deleted_at;
}

static int remove_it(const struct purge *purge, const struct account *account,
		     const char *folder, struct error *error)
{
	if (!is_still_deleted(purge, account, error))
		return error->text[0] == '\0' ? 0 : -1;
	if (!account->keep_mail && remove_tree(folder, error) < 0)
		return -1;
	return store_account_delete(purge->invocation->store, account->id,
				    session_quarantine_until(purge->invocation),
				    error);
}

static void tell(const struct purge *purge, const struct account *account,
		 const char *folder)
{
	struct json_object *object;
	char when[TIME_TEXT_BYTES];

	time_text(account->deleted_at, when);
	if (!purge->invocation->json) {
		printf("%s: %s, deleted %s; its mail %s %s\n", account->name,
		       purge->dry_run ? "would be purged" : "purged", when,
		       account->keep_mail ? "stays in" : "was in", folder);
		return;
	}
	object = json_object_new_object();
	json_add_text(object, "name", account->name);
	json_add_text(object, "id", account->id);
	json_add_text(object, "deleted_at", when);
	json_add_text(object, "mail_folder", folder);
	json_object_object_add(object, "keep_mail",
			       json_object_new_boolean(account->keep_mail));
	json_object_array_add(purge->array, object);
}

/* An account that cannot be purged does not stop the others. */
static void purge_one(struct purge *purge, const struct account *account)
{
	char folder[ACCOUNT_HOME_BYTES];
	struct error error = {""};
	int result = 1;

	if (account_home(account, purge->invocation->configuration->mail_home,
			 folder) < 0)
		result = error_set(&error, "it has no mail folder that could "
					   "be removed");
	else if (!purge->dry_run)
		result = remove_it(purge, account, folder, &error);
	if (result < 0)
		purge->status = report(EX_TEMPFAIL, "%s: %s", account->name,
				       error.text);
	if (result > 0)
		tell(purge, account, folder);
}

static int each_due(struct purge *purge, struct account *page)
{
	const struct configuration *configuration =
		purge->invocation->configuration;
	int64_t until = time(NULL) - configuration->delete_grace;
	char after_id[ACCOUNT_ID_BYTES] = "";
	struct error error = {""};
	int64_t after_at = 0;
	size_t count;

	do {
		if (store_deleted_until(purge->invocation->store, until,
					after_at, after_id, page, PAGE_ACCOUNTS,
					&count, &error) < 0)
			return report(EX_TEMPFAIL, "%s", error.text);
		for (size_t i = 0; i < count; i++)
			purge_one(purge, &page[i]);
		if (count > 0) {
			after_at = page[count - 1].deleted_at;
			snprintf(after_id, sizeof(after_id), "%s",
				 page[count - 1].id);
		}
	} while (count == PAGE_ACCOUNTS);
	return purge->status;
}

/* Removes what crashes have left behind. An administrator need not hear of it.
 */
static int sweep(const struct purge *purge)
{
	struct error error = {""};

	if (purge->dry_run ||
	    store_credentials_sweep(purge->invocation->store, &error) >= 0)
		return EX_OK;
	return report(EX_TEMPFAIL, "%s", error.text);
}

static int run(struct invocation *invocation)
{
	struct purge purge = {
		.invocation = invocation,
		.dry_run = invocation_option(invocation, "dry-run") != NULL,
	};
	struct account *page = calloc(PAGE_ACCOUNTS, sizeof(*page));
	int status;

	if (page == NULL)
		return report(EX_OSERR, "out of memory");
	purge.array = json_object_new_array();
	status = each_due(&purge, page);
	if (status == EX_OK)
		status = sweep(&purge);
	if (invocation->json)
		(void)json_print(json_object_get(purge.array));
	json_object_put(purge.array);
	free(page);
	return status;
}

const struct command cmd_account_purge = {
	.name = "account purge",
	.summary = "remove deleted accounts for good, after a while",
	.help = "Removes accounts for good that were deleted longer ago than "
		"delete_grace says, with\ntheir mail unless it is to be kept. "
		"Their names are then in quarantine. Passwords that\na "
		"crash left behind without an account are removed too. A timer "
		"runs this every day.",
	.options = {{"dry-run", NULL, "only show what would be removed"}},
	.store = COMMAND_STORE_CREDENTIALS,
	.run = run,
};
