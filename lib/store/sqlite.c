/* SPDX-License-Identifier: MIT
 *
 * The account store in SQLite: creating, opening, closing; see
 * lib/store/sqlite.h.
 */
#include "lib/store/sqlite.h"

#include <stdlib.h>

#include "lib/store/sqlite-layout.h"
#include "lib/store/sqlite-migrations.h"

static int open_accounts(struct store_sqlite *store, const char *path,
			 struct error *error)
{
	if (database_open(&store->accounts, path, error) < 0 ||
	    migrations_check(&store->accounts, &accounts_migrations, error) < 0)
		return -1;
	return sqlite_accounts_prepare(store, error);
}

static int open_credentials(struct store_sqlite *store, const char *path,
			    struct error *error)
{
	if (database_open(&store->credentials, path, error) < 0 ||
	    migrations_check(&store->credentials, &credentials_migrations,
			     error) < 0)
		return -1;
	return sqlite_credentials_prepare(store, error);
}

static void sqlite_close(struct store *store)
{
	struct store_sqlite *sqlite = store_sqlite_of(store);

	database_close(&sqlite->credentials);
	database_close(&sqlite->accounts);
	free(sqlite);
}

static int sqlite_open(const char *place, enum store_access access,
		       struct store **store_r, struct error *error)
{
	struct store_paths paths;
	struct store_sqlite *store;
	int result;

	if (store_layout_find(place, &paths, error) < 0)
		return -1;
	store = calloc(1, sizeof(*store));
	if (store == NULL)
		return error_set(error, "out of memory");
	result = open_accounts(store, paths.accounts, error);
	if (result == 0 && access == STORE_ACCOUNTS_AND_CREDENTIALS)
		result = open_credentials(store, paths.credentials, error);
	if (result < 0) {
		sqlite_close(&store->store);
		return -1;
	}
	*store_r = &store->store;
	return 0;
}

/* Brings one file to this version. Returns the number of steps, or -1. */
static int migrate(const char *path, const struct migrations *migrations,
		   struct error *error)
{
	struct database database;
	int done = -1;

	if (database_open(&database, path, error) < 0)
		return -1;
	if (database_use_wal(&database, error) == 0)
		done = migrations_run(&database, migrations, error);
	database_close(&database);
	return done;
}

static int sqlite_create(const char *place, struct error *error)
{
	struct store_paths paths;
	int accounts;
	int credentials;

	if (store_layout_make(place, &paths, error) < 0)
		return -1;
	accounts = migrate(paths.accounts, &accounts_migrations, error);
	if (accounts < 0)
		return -1;
	credentials =
		migrate(paths.credentials, &credentials_migrations, error);
	return credentials < 0 ? -1 : accounts + credentials;
}

static int sqlite_layout_check(const char *place, struct error *error)
{
	struct store_paths paths;

	if (store_layout_find(place, &paths, error) < 0)
		return -1;
	return store_layout_verify(&paths, error);
}

static int sqlite_batch_begin(struct store *store, struct error *error)
{
	struct store_sqlite *sqlite = store_sqlite_of(store);

	if (database_begin(&sqlite->accounts, error) < 0)
		return -1;
	if (store->access == STORE_ACCOUNTS_AND_CREDENTIALS &&
	    database_begin(&sqlite->credentials, error) < 0) {
		database_rollback(&sqlite->accounts);
		return -1;
	}
	return 0;
}

static int sqlite_batch_commit(struct store *store, struct error *error)
{
	struct store_sqlite *sqlite = store_sqlite_of(store);

	if (store->access == STORE_ACCOUNTS_AND_CREDENTIALS &&
	    database_commit(&sqlite->credentials, error) < 0)
		return -1;
	return database_commit(&sqlite->accounts, error);
}

static void sqlite_batch_rollback(struct store *store)
{
	struct store_sqlite *sqlite = store_sqlite_of(store);

	/* Does nothing to one that is committed already. */
	database_rollback(&sqlite->credentials);
	database_rollback(&sqlite->accounts);
}

const struct store_backend store_sqlite_backend = {
	.open = sqlite_open,
	.close = sqlite_close,
	.create = sqlite_create,
	.layout_check = sqlite_layout_check,
	.account_by_name = sqlite_account_by_name,
	.account_by_id = sqlite_account_by_id,
	.account_by_local_part = sqlite_account_by_local_part,
	.account_add = sqlite_account_add,
	.account_id_exists = sqlite_account_id_exists,
	.account_import = sqlite_account_import,
	.accounts_after = sqlite_accounts_after,
	.account_set_enabled = sqlite_account_set_enabled,
	.account_set_class = sqlite_account_set_class,
	.account_pin = sqlite_account_pin,
	.account_set_denied = sqlite_account_set_denied,
	.account_set_other = sqlite_account_set_other,
	.account_set_last_tier = sqlite_account_set_last_tier,
	.account_set_backend = sqlite_account_set_backend,
	.account_set_quota = sqlite_account_set_quota,
	.account_set_retention = sqlite_account_set_retention,
	.account_set_forward = sqlite_account_set_forward,
	.account_delete = sqlite_account_delete,
	.account_retire = sqlite_account_retire,
	.account_undelete = sqlite_account_undelete,
	.deleted_by_name = sqlite_deleted_by_name,
	.deleted_until = sqlite_deleted_until,
	.credentials_sweep = sqlite_credentials_sweep,
	.account_rename = sqlite_account_rename,
	.alias_add = sqlite_alias_add,
	.alias_remove = sqlite_alias_remove,
	.aliases = sqlite_aliases,
	.activity = sqlite_activity,
	.activity_add = sqlite_activity_add,
	.sending_block = sqlite_sending_block,
	.sending_unblock = sqlite_sending_unblock,
	.usage_set = sqlite_usage_set,
	.usage_add = sqlite_usage_add,
	.warning_set = sqlite_warning_set,
	.warnings_due = sqlite_warnings_due,
	.warning_take = sqlite_warning_take,
	.warning_delivered = sqlite_warning_delivered,
	.trash_saved = sqlite_trash_saved,
	.trash_expired = sqlite_trash_expired,
	.trash_older_than = sqlite_trash_older_than,
	.audit = sqlite_audit_list,
	.audit_prune = sqlite_audit_prune,
	.passwords_changed_at = sqlite_passwords_changed_at,
	.pending_forward = sqlite_pending_forward,
	.pending_forward_set = sqlite_pending_forward_set,
	.pending_forward_keep_copy = sqlite_pending_forward_keep_copy,
	.pending_forward_try = sqlite_pending_forward_try,
	.pending_forward_confirm = sqlite_pending_forward_confirm,
	.pending_forward_clear = sqlite_pending_forward_clear,
	.batch_begin = sqlite_batch_begin,
	.batch_commit = sqlite_batch_commit,
	.batch_rollback = sqlite_batch_rollback,
	.credentials = sqlite_credentials,
	.credential_set = sqlite_credential_set,
	.credential_add = sqlite_credential_add,
	.credential_used = sqlite_credential_used,
	.credential_rehash = sqlite_credential_rehash,
	.credential_clear = sqlite_credential_clear,
	.attempt_take = sqlite_attempt_take,
	.attempts_clear = sqlite_attempts_clear,
	.attempt_give_back = sqlite_attempt_give_back,
};
