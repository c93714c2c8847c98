/* SPDX-License-Identifier: MIT
 *
 * The tier that finds the entry which the account is pinned to; see
 * lib/login/tiers.h.
 *
 * User names are given out again. So an entry opens an account only if the
 * account is pinned to it, and an account is not concerned by what another
 * entry of the same name says.
 */
#include <string.h>

#include "lib/login/other-entry.h"
#include "lib/login/tiers.h"

static const struct login_directory *
find_directory(const struct login_parts *parts, const char *name)
{
	for (size_t i = 0; i < parts->directory_count; i++) {
		if (strcmp(parts->directories[i].name, name) == 0)
			return &parts->directories[i];
	}
	return NULL;
}

/* A failure does not stop the login: the next login tries again. */
static void remember_denial(struct decision *decision, const char *tier,
			    int64_t denied_at)
{
	struct account *account = &decision->account;
	struct error error;

	if ((account->denied_at != 0) == (denied_at != 0))
		return;
	if (store_account_set_denied(decision->parts->store, account->id,
				     denied_at, &error) < 0)
		decision_note(decision, tier, "cannot be remembered: %s",
			      error.text);
	account->denied_at = denied_at;
}

static enum tier_outcome
check_own_entry(struct decision *decision,
		const struct login_directory *directory)
{
	const char *tier = directory->name;

	other_entry_forget(decision, tier);
	if (decision->entry.denied) {
		decision_note(decision, tier,
			      "the entry matches deny_filter, so every tier "
			      "refuses");
		remember_denial(decision, tier, decision->parts->now);
		return TIER_BARS;
	}
	remember_denial(decision, tier, 0);
	if (decision->entry.active) {
		decision->presence = PRESENCE_ACTIVE;
		decision->directory = directory;
	} else {
		decision->presence = PRESENCE_INACTIVE;
		decision_note(decision, tier, "the entry is not active");
	}
	return TIER_PASSES;
}

static enum tier_outcome ask_pinned(struct decision *decision,
				    const struct login_directory *directory)
{
	struct error error;
	int ret = directory->find(directory->context, decision->name,
				  &decision->entry, &error);

	if (ret > 0 && decision_is_pinned_to(decision, directory->name,
					     decision->entry.id))
		return check_own_entry(decision, directory);
	if (ret < 0) {
		decision->presence = PRESENCE_UNKNOWN;
		decision_note_failure(decision, directory->name, &error);
		return TIER_PASSES;
	}
	decision->presence = PRESENCE_ABSENT;
	if (ret > 0)
		other_entry_note(decision, directory, &decision->entry);
	else
		decision_note(decision, directory->name, "no such entry");
	return TIER_PASSES;
}

enum tier_outcome tier_entry(struct decision *decision)
{
	const struct account *account = &decision->account;
	const struct login_directory *directory;
	enum tier_outcome outcome = TIER_PASSES;

	if (!account_is_pinned(account))
		return TIER_PASSES;
	/* Only the directory that holds the account's entry has a say. The
	   others are not asked: a directory that does not answer must not keep
	   people waiting who do not need it. */
	directory = find_directory(decision->parts, account->directory);
	if (directory != NULL) {
		outcome = ask_pinned(decision, directory);
	} else {
		decision->presence = PRESENCE_ABSENT;
		decision_note(decision, account->directory,
			      "skipped: there is no such directory, but the "
			      "account (%s) is pinned to %s in it",
			      account->id, account->directory_id);
	}
	if (outcome == TIER_PASSES && account_is_denied(account)) {
		decision_note(decision, account->directory,
			      "the entry matched deny_filter when it was last "
			      "seen, so every tier refuses");
		return TIER_BARS;
	}
	return outcome;
}
