/* SPDX-License-Identifier: MIT
 *
 * The audit trail, and changes as one; see lib/store/audit.h,
 * lib/store/batch.h.
 */
#include "lib/store/audit.h"

#include <stdio.h>

#include "lib/store/backend.h"

void store_set_actor(struct store *store, const char *actor, const char *origin)
{
	(void)snprintf(store->actor, sizeof(store->actor), "%s", actor);
	(void)snprintf(store->origin, sizeof(store->origin), "%s", origin);
}

int store_audit(struct store *store, const struct store_audit_query *query,
		struct audit_entry *entries_r, size_t max, size_t *count_r,
		struct error *error)
{
	return store->backend->audit(store, query, entries_r, max, count_r,
				     error);
}

int store_passwords_changed_at(struct store *store, const char *account_id,
			       int64_t *at_r, struct error *error)
{
	return store->backend->passwords_changed_at(store, account_id, at_r,
						    error);
}

int64_t store_audit_prune(struct store *store, int64_t before,
			  struct error *error)
{
	return store->backend->audit_prune(store, before, error);
}

int store_batch_begin(struct store *store, struct error *error)
{
	return store->backend->batch_begin(store, error);
}

int store_batch_commit(struct store *store, struct error *error)
{
	return store->backend->batch_commit(store, error);
}

void store_batch_rollback(struct store *store)
{
	store->backend->batch_rollback(store);
}
