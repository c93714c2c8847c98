/* SPDX-License-Identifier: MIT
 *
 * Deleted and renamed accounts; see lib/store/deleted.h.
 */
#include "lib/store/deleted.h"

#include "lib/store/backend.h"
#include "lib/store/checks.h"

int store_account_retire(struct store *store, const char *id, int64_t at,
			 bool keep_mail, struct error *error)
{
	if (at <= 0)
		return error_set(error, "a deletion must have a time");
	return store->backend->account_retire(store, id, at, keep_mail, error);
}

int store_account_undelete(struct store *store, const char *id,
			   struct error *error)
{
	return store->backend->account_undelete(store, id, error);
}

int store_deleted_by_name(struct store *store, const char *name,
			  struct account *account_r, struct error *error)
{
	return store->backend->deleted_by_name(store, name, account_r, error);
}

int store_deleted_until(struct store *store, int64_t until, int64_t after_at,
			const char *after_id, struct account *accounts_r,
			size_t max, size_t *count_r, struct error *error)
{
	return store->backend->deleted_until(store, until, after_at, after_id,
					     accounts_r, max, count_r, error);
}

int64_t store_credentials_sweep(struct store *store, struct error *error)
{
	return store->backend->credentials_sweep(store, error);
}

enum store_add_result store_account_rename(struct store *store, const char *id,
					   const char *name,
					   enum store_old_name old_name,
					   int64_t quarantine_until,
					   int64_t now, struct error *error)
{
	if (name[0] == '\0') {
		(void)error_set(error, "an account must have a name");
		return STORE_ADD_FAILED;
	}
	if (store_check_text("name", name, ADDRESS_LOCAL_BYTES, error) < 0)
		return STORE_ADD_FAILED;
	return store->backend->account_rename(store, id, name, old_name,
					      quarantine_until, now, error);
}
