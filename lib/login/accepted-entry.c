/* SPDX-License-Identifier: MIT
 *
 * An entry at which the password was right; see lib/login/accepted-entry.h.
 *
 * A failure to bring the account up to date does not stop the login: the next
 * login tries again.
 */
#include "lib/login/accepted-entry.h"

#include <string.h>

#include "lib/login/learned.h"
#include "lib/mail/address.h"

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

void accepted_entry_apply(struct decision *decision)
{
	const char *tier = decision->directory->name;

	decision_set_actor(decision, tier);
	if (decision->entry.problem[0] != '\0')
		decision_note(decision, tier, "%s", decision->entry.problem);
	refresh_class(decision, tier);
	override_quota(decision, tier);
	override_forward(decision, tier);
	decision_accept(decision, tier);
	learned_keep(decision);
}
