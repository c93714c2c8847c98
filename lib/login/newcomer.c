/* SPDX-License-Identifier: MIT
 *
 * The tier of a person who has no account yet; see lib/login/tiers.h.
 */
#include <stdio.h>
#include <string.h>

#include "lib/login/accepted-entry.h"
#include "lib/login/bind.h"
#include "lib/login/other-entry.h"
#include "lib/login/tiers.h"

static struct account new_account(const struct decision *decision)
{
	const struct directory_entry *entry = &decision->entry;
	const char *class_name =
		entry->class_name[0] != '\0'
			? entry->class_name
			: decision->parts->configuration->default_class;
	struct account account = {.enabled = true};

	memcpy(account.name, decision->name, sizeof(account.name));
	(void)snprintf(account.class_name, sizeof(account.class_name), "%s",
		       class_name);
	(void)snprintf(account.directory, sizeof(account.directory), "%s",
		       decision->directory->name);
	memcpy(account.directory_id, entry->id, sizeof(account.directory_id));
	return account;
}

/* Reads the account after it was added. In the meantime another login, or an
   administrator for another person, may have been first. */
static enum tier_outcome read_added(struct decision *decision,
				    enum store_add_result added)
{
	const char *tier = decision->directory->name;
	struct error error;

	if (decision_read_account(decision, &error) < 0) {
		decision_note_failure(decision, tier, &error);
		return TIER_PASSES;
	}
	if (!decision->have_account) {
		error_set(&error, "the account was deleted while it was made");
		decision_note_failure(decision, tier, &error);
		return TIER_PASSES;
	}
	decision->result->created = added == STORE_ADDED;
	return TIER_ACCEPTS;
}

static enum tier_outcome create_account(struct decision *decision)
{
	const char *tier = decision->directory->name;
	struct account account = new_account(decision);
	enum store_add_result added;
	struct error error;

	decision_set_actor(decision, tier);
	added = store_account_add(decision->parts->store, &account,
				  decision->parts->now, &error);
	if (added == STORE_NAME_QUARANTINED) {
		decision_note(decision, tier,
			      "the password is right, but the name belonged to "
			      "a deleted account and is still in quarantine");
		return TIER_PASSES;
	}
	if (added == STORE_ADD_FAILED) {
		decision_note_failure(decision, tier, &error);
		return TIER_PASSES;
	}
	return read_added(decision, added);
}

static enum tier_outcome accept_newcomer(struct decision *decision)
{
	enum tier_outcome outcome = create_account(decision);

	if (outcome != TIER_ACCEPTS)
		return outcome;
	if (!decision_is_pinned_to(decision, decision->directory->name,
				   decision->entry.id)) {
		other_entry_note(decision, decision->directory,
				 &decision->entry);
		return TIER_PASSES;
	}
	if (!decision->account.enabled) {
		decision_note(decision, decision->directory->name,
			      "the account is disabled");
		return TIER_BARS;
	}
	return TIER_ACCEPTS;
}

static enum tier_outcome check_newcomer(struct decision *decision,
					const struct login_directory *directory)
{
	enum tier_outcome outcome;

	if (decision->entry.denied) {
		decision_note(decision, directory->name,
			      "the entry matches deny_filter, so every tier "
			      "refuses");
		return TIER_BARS;
	}
	if (!decision->entry.active) {
		decision_note(decision, directory->name,
			      "the entry is not active");
		return TIER_PASSES;
	}
	if (!decision->parts->configuration->create_accounts) {
		decision_note(decision, directory->name,
			      "there is no account, and create_accounts is "
			      "off");
		return TIER_PASSES;
	}
	decision->directory = directory;
	outcome = bind_try(decision);
	if (outcome == TIER_ACCEPTS)
		outcome = accept_newcomer(decision);
	if (outcome == TIER_ACCEPTS)
		accepted_entry_apply(decision);
	return outcome;
}

enum tier_outcome tier_newcomer(struct decision *decision)
{
	enum tier_outcome outcome = TIER_PASSES;

	for (size_t i = 0; i < decision->parts->directory_count &&
			   outcome == TIER_PASSES && !decision->have_account;
	     i++) {
		const struct login_directory *directory =
			&decision->parts->directories[i];
		struct error error;
		int ret = directory->find(directory->context, decision->name,
					  &decision->entry, &error);

		if (ret > 0)
			outcome = check_newcomer(decision, directory);
		else if (ret < 0)
			decision_note_failure(decision, directory->name,
					      &error);
		else
			decision_note(decision, directory->name,
				      "no such entry");
	}
	return outcome;
}
