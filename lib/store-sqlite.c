/* SPDX-License-Identifier: MIT
 *
 * The account store in SQLite: creating, opening, closing; see store-sqlite.h.
 */
#include "lib/store-sqlite.h"

#include <stdlib.h>

#include "lib/store-sqlite-layout.h"
#include "lib/store-sqlite-migrations.h"

static int sqlite_place_check(const char *place, struct error *error)
{
	if (place[0] != '/')
		return error_set(error,
				 "the folder in \"sqlite:%s\" must be a whole "
				 "path, as in \"sqlite:/var/lib/alumnimail\"",
				 place);
	return 0;
}

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

const struct store_backend store_sqlite_backend = {
	.scheme = "sqlite",
	.place_check = sqlite_place_check,
	.open = sqlite_open,
	.close = sqlite_close,
	.create = sqlite_create,
	.layout_check = sqlite_layout_check,
	.account_by_name = sqlite_account_by_name,
	.account_by_id = sqlite_account_by_id,
	.account_by_local_part = sqlite_account_by_local_part,
	.account_add = sqlite_account_add,
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
	.alias_add = sqlite_alias_add,
	.alias_remove = sqlite_alias_remove,
	.aliases = sqlite_aliases,
	.activity = sqlite_activity,
	.activity_add = sqlite_activity_add,
	.sending_block = sqlite_sending_block,
	.sending_unblock = sqlite_sending_unblock,
	.usage_set = sqlite_usage_set,
	.warning_set = sqlite_warning_set,
	.warnings_due = sqlite_warnings_due,
	.warning_take = sqlite_warning_take,
	.warning_delivered = sqlite_warning_delivered,
	.trash_saved = sqlite_trash_saved,
	.trash_expired = sqlite_trash_expired,
	.trash_older_than = sqlite_trash_older_than,
	.credentials = sqlite_credentials,
	.credential_set = sqlite_credential_set,
	.credential_rehash = sqlite_credential_rehash,
	.credential_clear = sqlite_credential_clear,
};
