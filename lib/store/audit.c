/* SPDX-License-Identifier: MIT
 *
 * Reading and pruning the audit trail; see lib/store/audit.h.
 */
#include "lib/store/audit.h"

#include <stdio.h>

#include "lib/store/handle.h"

/* So many at a time, so that nobody waits long for the write lock. */
#define PRUNE_ENTRIES 5000

void store_set_actor(struct store *store, const char *actor, const char *origin)
{
	(void)snprintf(store->actor, sizeof(store->actor), "%s", actor);
	(void)snprintf(store->origin, sizeof(store->origin), "%s", origin);
}

int store_audit(struct store *store, const struct store_audit_query *query,
		struct audit_entry *entries_r, size_t max, size_t *count_r,
		struct error *error)
{
	const char *key = query->account_id != NULL ? query->account_id
						    : query->account_name;
	enum accounts_statement statement =
		query->account_id != NULL     ? AUDIT_OF_ID
		: query->account_name != NULL ? AUDIT_OF_NAME
					      : AUDIT_ALL;
	const struct binding bindings[] = {
		bind_number(query->before == 0 ? INT64_MAX : query->before),
		bind_number(query->since),
		bind_number((int64_t)max),
		bind_text(key),
	};
	size_t count = sizeof(bindings) / sizeof(*bindings);

	/* All of them is asked without a key. */
	if (key == NULL)
		count--;
	return database_list(store->accounts, statement, bindings, count,
			     entries_r, max, count_r, error) < 0
		       ? -1
		       : 0;
}

int store_passwords_changed_at(struct store *store, const char *account_id,
			       int64_t *at_r, struct error *error)
{
	return database_find_number(store->accounts, AUDIT_PASSWORDS_CHANGED,
				    BINDINGS(bind_text(account_id)), at_r,
				    error) < 0
		       ? -1
		       : 0;
}

int64_t store_audit_prune(struct store *store, int64_t before,
			  struct error *error)
{
	int64_t removed = 0;
	int result;

	do {
		result = database_change(store->accounts, AUDIT_PRUNE,
					 BINDINGS(bind_number(before),
						  bind_number(PRUNE_ENTRIES)),
					 error);
		removed += database_changed_rows(store->accounts);
	} while (result > 0);
	return result < 0 ? -1 : removed;
}
