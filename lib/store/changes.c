/* SPDX-License-Identifier: MIT
 *
 * Changes with their entries in the audit trail; see lib/store/handle.h.
 */
#include <time.h>

#include "lib/store/handle.h"

int store_audit_write(struct store *store, const char *account_id,
		      const char *action, const char *detail,
		      struct error *error)
{
	return database_change(store->accounts, AUDIT_INSERT,
			       BINDINGS(bind_number((int64_t)time(NULL)),
					bind_text(account_id),
					bind_text(store->actor),
					bind_text(store->origin),
					bind_text(action), bind_text(detail)),
			       error) < 0
		       ? -1
		       : 0;
}

int store_audit_changes(struct store *store, const struct account *before,
			struct error *error)
{
	struct audit_change changes[AUDIT_CHANGES_MAX];
	struct account after;
	size_t count;

	if (store_account_find(store, ACCOUNT_EVEN_DELETED, before->id, &after,
			       error) < 0)
		return -1;
	count = audit_compare(before, &after, changes);
	for (size_t i = 0; i < count; i++) {
		if (store_audit_write(store, before->id, changes[i].action,
				      changes[i].detail, error) < 0)
			return -1;
	}
	return 0;
}

struct change {
	struct store *store;
	const char *id;
	enum accounts_statement statement;
	const struct binding *bindings;
	size_t count;
};

static int change_account(void *context, struct error *error)
{
	const struct change *change = context;
	struct account before;
	int result = store_account_find(change->store, ACCOUNT_EVEN_DELETED,
					change->id, &before, error);

	if (result > 0)
		result = database_change(change->store->accounts,
					 change->statement, change->bindings,
					 change->count, error);
	if (result > 0 &&
	    store_audit_changes(change->store, &before, error) < 0)
		result = -1;
	return result;
}

int store_account_change(struct store *store, const char *id,
			 enum accounts_statement statement,
			 const struct binding *bindings, size_t count,
			 struct error *error)
{
	struct change change = {store, id, statement, bindings, count};

	return database_transaction(store->accounts, change_account, &change, 1,
				    error);
}
