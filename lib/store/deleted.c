/* SPDX-License-Identifier: MIT
 *
 * Deleted accounts; see lib/store/deleted.h.
 */
#include "lib/store/deleted.h"

#include "lib/store/handle.h"

int store_account_retire(struct store *store, const char *id, int64_t at,
			 bool keep_mail, struct error *error)
{
	if (at <= 0)
		return error_set(error, "a deletion must have a time");
	return store_account_change(store, id, ACCOUNT_RETIRE,
				    BINDINGS(bind_text(id), bind_number(at),
					     bind_switch(keep_mail)),
				    error);
}

int store_account_undelete(struct store *store, const char *id,
			   struct error *error)
{
	return store_account_change(store, id, ACCOUNT_UNDELETE,
				    BINDINGS(bind_text(id)), error);
}

int store_deleted_by_name(struct store *store, const char *name,
			  struct account *account_r, struct error *error)
{
	return store_account_find(store, DELETED_BY_NAME, name, account_r,
				  error);
}

int store_deleted_until(struct store *store, int64_t until, int64_t after_at,
			const char *after_id, struct account *accounts_r,
			size_t max, size_t *count_r, struct error *error)
{
	return store_account_list(
		store, DELETED_UNTIL,
		BINDINGS(bind_number(until), bind_number(after_at),
			 bind_text(after_id), bind_number((int64_t)max)),
		accounts_r, max, count_r, error);
}
