/* SPDX-License-Identifier: MIT
 *
 * An entry of the account's name that is not the account's own; see
 * lib/login/other-entry.h.
 */
#include "lib/login/other-entry.h"

#include <string.h>

/* Keeps the entry of this id with the account; an empty id stands for none. */
static void remember_other(struct decision *decision, const char *tier,
			   const char *directory, const char *id)
{
	struct account *account = &decision->account;
	struct error error;

	if (strcmp(account->other_directory, directory) == 0 &&
	    strcmp(account->other_directory_id, id) == 0)
		return;
	if (store_account_set_other(decision->parts->store, account->id,
				    directory, id, &error) < 0)
		decision_note(decision, tier, "cannot be remembered: %s",
			      error.text);
}

void other_entry_note(struct decision *decision,
		      const struct login_directory *directory,
		      const struct directory_entry *entry)
{
	const struct account *account = &decision->account;

	decision_note(decision, directory->name,
		      "skipped: the entry's id is %s, but the account (%s) is "
		      "pinned to %s in %s",
		      entry->id, account->id,
		      account_is_pinned(account) ? account->directory_id
						 : "none",
		      account_is_pinned(account) ? account->directory
						 : "no directory");
	remember_other(decision, directory->name, directory->name, entry->id);
}

void other_entry_forget(struct decision *decision, const char *tier)
{
	remember_other(decision, tier, "", "");
}
