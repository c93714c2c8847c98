/* SPDX-License-Identifier: MIT
 *
 * Looking for the person's entry in the directories, and what follows for the
 * account; see lib/login/decision.h.
 *
 * User names are given out again. So an entry opens an account only if the
 * account is pinned to it, and whatever another entry of the same name says
 * does not concern the account.
 */
#include <stdio.h>
#include <string.h>

#include "lib/mail/address.h"
#include "lib/login/decision.h"
#include "lib/store/audit.h"

/* ---- what an entry says of an account ---- */

/* A failure in any of these does not stop the login: what is wrong is put
   right at the next one. */

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

/* An empty id: there is no other entry any more. */
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

static void refresh_class(struct decision *decision, const char *tier)
{
	const char *class_name = decision->entry.class_name;
	struct account *account = &decision->account;
	struct error error;

	if (class_name[0] == '\0' ||
	    strcmp(class_name, account->class_name) == 0)
		return;
	if (store_account_set_class(decision->parts->store, account->id,
				    class_name, &error) < 0) {
		decision_note(decision, tier, "the class stays %s: %s",
			      account->class_name, error.text);
		return;
	}
	decision_note(decision, tier, "the class is now %s", class_name);
	memcpy(account->class_name, class_name, sizeof(account->class_name));
}

static void override_quota(struct decision *decision, const char *tier)
{
	const struct directory_entry *entry = &decision->entry;
	struct account *account = &decision->account;
	struct error error;

	if (!entry->has_quota ||
	    (account->has_own_quota && account->own_quota == entry->quota))
		return;
	if (store_account_set_quota(decision->parts->store, account->id,
				    &entry->quota, &error) < 0) {
		decision_note(decision, tier, "the quota stays: %s",
			      error.text);
		return;
	}
	account->has_own_quota = true;
	account->own_quota = entry->quota;
}

static void override_forward(struct decision *decision, const char *tier)
{
	const struct configuration *configuration =
		decision->parts->configuration;
	const struct directory_entry *entry = &decision->entry;
	struct account *account = &decision->account;
	char address[ADDRESS_BYTES];
	struct error error;

	if (entry->forward_address[0] == '\0')
		return;
	if (forward_address_check(entry->forward_address,
				  (const char *const *)configuration->domains,
				  address, &error) < 0) {
		decision_note(decision, tier, "the forwarding stays: %s",
			      error.text);
		return;
	}
	if (strcmp(account->forward_address, address) == 0 &&
	    account->forward_keep_copy == entry->forward_keep_copy)
		return;
	if (store_account_set_forward(decision->parts->store, account->id,
				      address, entry->forward_keep_copy,
				      &error) < 0) {
		decision_note(decision, tier, "the forwarding stays: %s",
			      error.text);
		return;
	}
	memcpy(account->forward_address, address,
	       sizeof(account->forward_address));
	account->forward_keep_copy = entry->forward_keep_copy;
}

/* What follows is the directory's doing. */
static void set_actor(struct decision *decision, const char *directory)
{
	char actor[AUDIT_ACTOR_BYTES];

	(void)snprintf(actor, sizeof(actor), "directory %s", directory);
	store_set_actor(decision->parts->store, actor, "login");
}

/* The password was right. */
static void apply_entry(struct decision *decision)
{
	const char *tier = decision->directory->name;

	set_actor(decision, tier);
	if (decision->entry.problem[0] != '\0')
		decision_note(decision, tier, "%s", decision->entry.problem);
	refresh_class(decision, tier);
	override_quota(decision, tier);
	override_forward(decision, tier);
	decision_accept(decision, tier);
	login_learn(decision);
}

/* ---- an account that is there ---- */

static bool is_pinned_to(const struct account *account, const char *directory,
			 const char *directory_id)
{
	return account_is_pinned(account) &&
	       strcmp(account->directory, directory) == 0 &&
	       strcmp(account->directory_id, directory_id) == 0;
}

static void note_other_entry(struct decision *decision,
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

static const struct login_directory *
find_directory(const struct login_parts *parts, const char *name)
{
	for (size_t i = 0; i < parts->directory_count; i++) {
		if (strcmp(parts->directories[i].name, name) == 0)
			return &parts->directories[i];
	}
	return NULL;
}

static enum tier_outcome
check_own_entry(struct decision *decision,
		const struct login_directory *directory)
{
	const char *tier = directory->name;

	remember_other(decision, tier, "", "");
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

	if (ret > 0 && is_pinned_to(&decision->account, directory->name,
				    decision->entry.id))
		return check_own_entry(decision, directory);
	if (ret < 0) {
		decision->presence = PRESENCE_UNKNOWN;
		decision_note_failure(decision, directory->name, &error);
		return TIER_PASSES;
	}
	decision->presence = PRESENCE_ABSENT;
	if (ret > 0)
		note_other_entry(decision, directory, &decision->entry);
	else
		decision_note(decision, directory->name, "no such entry");
	return TIER_PASSES;
}

enum tier_outcome login_find_pinned(struct decision *decision)
{
	const struct account *account = &decision->account;
	const struct login_directory *directory;
	enum tier_outcome outcome = TIER_PASSES;

	if (!account_is_pinned(account))
		return TIER_PASSES;
	/* Only the directory that holds the account's entry has a say, and
	   the others are not even asked: one that does not answer must not
	   keep waiting those who do not need it. */
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

void login_find_unpinned(struct decision *decision)
{
	for (size_t i = 0; i < decision->parts->directory_count; i++) {
		const struct login_directory *directory =
			&decision->parts->directories[i];
		struct directory_entry entry;
		struct error error;
		int ret = directory->find(directory->context, decision->name,
					  &entry, &error);

		if (ret > 0) {
			note_other_entry(decision, directory, &entry);
			return;
		}
		decision_note(decision, directory->name, "%s",
			      ret < 0 ? error.text : "no such entry");
	}
	remember_other(decision, "login", "", "");
}

/* ---- somebody without an account ---- */

/* The password was right and there was no account: makes one. Whatever came
   of it, the account is read again, since another login may have been first,
   or an administrator, for another person. */
static enum tier_outcome create_account(struct decision *decision)
{
	const struct configuration *configuration =
		decision->parts->configuration;
	const struct directory_entry *entry = &decision->entry;
	const char *tier = decision->directory->name;
	struct account account = {.enabled = true};
	enum store_add_result added;
	struct error error;

	memcpy(account.name, decision->name, sizeof(account.name));
	(void)snprintf(account.class_name, sizeof(account.class_name), "%s",
		       entry->class_name[0] != '\0'
			       ? entry->class_name
			       : configuration->default_class);
	(void)snprintf(account.directory, sizeof(account.directory), "%s",
		       tier);
	memcpy(account.directory_id, entry->id, sizeof(account.directory_id));
	set_actor(decision, tier);
	added = store_account_add(decision->parts->store, &account,
				  decision->parts->now, &error);
	if (added == STORE_NAME_QUARANTINED) {
		decision_note(decision, tier,
			      "the password is right, but the name belonged to "
			      "a deleted account and is still in quarantine");
		return TIER_PASSES;
	}
	if (added == STORE_ADD_FAILED ||
	    decision_read_account(decision, &error) < 0) {
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

static enum tier_outcome accept_newcomer(struct decision *decision)
{
	enum tier_outcome outcome = create_account(decision);

	if (outcome != TIER_ACCEPTS)
		return outcome;
	if (!is_pinned_to(&decision->account, decision->directory->name,
			  decision->entry.id)) {
		note_other_entry(decision, decision->directory,
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
	outcome = login_bind(decision);
	if (outcome == TIER_ACCEPTS)
		outcome = accept_newcomer(decision);
	if (outcome == TIER_ACCEPTS)
		apply_entry(decision);
	return outcome;
}

enum tier_outcome login_ask_all(struct decision *decision)
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

/* ---- an account's own entry and password ---- */

enum tier_outcome login_ask_directory(struct decision *decision)
{
	enum tier_outcome outcome = login_bind(decision);

	if (outcome == TIER_ACCEPTS)
		apply_entry(decision);
	else if (decision->bind_refused)
		login_unlearn(decision);
	return outcome;
}
