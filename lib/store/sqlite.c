/* SPDX-License-Identifier: MIT
 *
 * A store in two SQLite files, accounts.db and credentials.db: opening and
 * creating them; see lib/store/handle.h.
 */
#include "lib/database/sqlite.h"
#include "lib/store/handle.h"
#include "lib/store/sqlite-layout.h"
#include "lib/store/sqlite-migrations.h"

static int open_file(const char *path, const struct migrations *migrations,
		     struct database **database_r, struct error *error)
{
	if (database_sqlite_open(path, database_r, error) < 0)
		return -1;
	return migrations_check(*database_r, migrations, error);
}

static int open_store(const char *place, enum store_access access,
		      struct store *store, struct error *error)
{
	struct store_paths paths;

	if (store_layout_find(place, &paths, error) < 0 ||
	    open_file(paths.accounts, &accounts_migrations, &store->accounts,
		      error) < 0)
		return -1;
	if (access == STORE_ACCOUNTS)
		return 0;
	if (open_file(paths.credentials, &credentials_migrations,
		      &store->credentials, error) < 0)
		return -1;
	/* Hashes that were replaced must not linger in free pages. */
	return database_execute(store->credentials, "PRAGMA secure_delete = ON",
				error);
}

/* Brings one file to this version. Returns the number of steps, or -1. */
static int migrate(const char *path, const struct migrations *migrations,
		   struct error *error)
{
	struct database *database;
	int done = -1;

	if (database_sqlite_open(path, &database, error) < 0)
		return -1;
	if (database_sqlite_use_wal(database, error) == 0)
		done = migrations_run(database, migrations, error);
	database_close(&database);
	return done;
}

static int create_store(const char *place, struct error *error)
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

static int check_layout(const char *place, struct error *error)
{
	struct store_paths paths;

	if (store_layout_find(place, &paths, error) < 0)
		return -1;
	return store_layout_verify(&paths, error);
}

const struct engine sqlite_engine = {
	.open = open_store,
	.create = create_store,
	.layout_check = check_layout,
};
