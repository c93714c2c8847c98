/* SPDX-License-Identifier: MIT
 *
 * The tier that tells an administrator why an unpinned account was not opened
 * by a directory's password; see lib/login/tiers.h.
 */
#include "lib/login/other-entry.h"
#include "lib/login/tiers.h"

static void find_namesake(struct decision *decision)
{
	for (size_t i = 0; i < decision->parts->directory_count; i++) {
		const struct login_directory *directory =
			&decision->parts->directories[i];
		struct directory_entry entry;
		struct error error;
		int ret = directory->find(directory->context, decision->name,
					  &entry, &error);

		if (ret > 0) {
			other_entry_note(decision, directory, &entry);
			return;
		}
		decision_note(decision, directory->name, "%s",
			      ret < 0 ? error.text : "no such entry");
	}
	other_entry_forget(decision, "login");
}

enum tier_outcome tier_namesake(struct decision *decision)
{
	if (account_is_pinned(&decision->account))
		return TIER_PASSES;
	decision_note(decision, "login",
		      "the account (%s) is pinned to no entry",
		      decision->account.id);
	find_namesake(decision);
	return TIER_PASSES;
}
