/* SPDX-License-Identifier: MIT
 *
 * Aliases of accounts in SQLite; see lib/store/sqlite.h.
 */
#include "lib/store/sqlite.h"

int sqlite_alias_exists(struct database *database, const char *name,
			struct error *error)
{
	return database_exists(database, ALIAS_FIND, BINDINGS(bind_text(name)),
			       error);
}

int sqlite_alias_check_count(struct database *database, const char *account_id,
			     struct error *error)
{
	sqlite3_stmt *query = database_query(
		database, ALIAS_COUNT, BINDINGS(bind_text(account_id)), error);
	int result = -1;

	if (query == NULL)
		return -1;
	if (database_step(database, query, error) > 0)
		result = sqlite3_column_int64(query, 0) < ALIASES_MAX
				 ? 0
				 : error_set(error,
					     "an account can have %d aliases "
					     "at most",
					     ALIASES_MAX);
	database_finish(query);
	return result;
}

static enum store_add_result add_alias(struct database *database,
				       const char *account_id, const char *name,
				       int64_t now, struct error *error)
{
	enum store_add_result result =
		sqlite_check_name(database, name, account_id, now, error);

	if (result != STORE_ADDED)
		return result;
	if (sqlite_alias_check_count(database, account_id, error) < 0 ||
	    database_change(database, QUARANTINE_DELETE,
			    BINDINGS(bind_text(name)), error) < 0)
		return STORE_ADD_FAILED;
	switch (database_change(database, ALIAS_INSERT,
				BINDINGS(bind_text(account_id), bind_text(name),
					 bind_number(now)),
				error)) {
	case 1:
		return STORE_ADDED;
	case 0:
		(void)error_set(error, "there is no such account any more");
		return STORE_ADD_FAILED;
	default:
		return STORE_ADD_FAILED;
	}
}

enum store_add_result sqlite_alias_add(struct store *store,
				       const char *account_id, const char *name,
				       int64_t now, struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	enum store_add_result result;

	if (database_begin(database, error) < 0)
		return STORE_ADD_FAILED;
	result = add_alias(database, account_id, name, now, error);
	if (result == STORE_ADDED &&
	    sqlite_audit(store, account_id, AUDIT_ALIAS_ADD, error, "%s",
			 name) < 0)
		result = STORE_ADD_FAILED;
	if (result == STORE_ADDED && database_commit(database, error) < 0)
		result = STORE_ADD_FAILED;
	if (result != STORE_ADDED)
		database_rollback(database);
	return result;
}

static int remove_alias(struct database *database, const char *account_id,
			const char *name, int64_t quarantine_until,
			struct error *error)
{
	if (quarantine_until > 0 &&
	    database_change(database, ALIASES_QUARANTINE,
			    BINDINGS(bind_text(account_id),
				     bind_number(quarantine_until),
				     bind_text(name), bind_text(account_id)),
			    error) < 0)
		return -1;
	return database_change(database, ALIAS_DELETE,
			       BINDINGS(bind_text(account_id), bind_text(name)),
			       error);
}

int sqlite_alias_remove(struct store *store, const char *account_id,
			const char *name, int64_t quarantine_until,
			struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	int result;

	if (database_begin(database, error) < 0)
		return -1;
	result = remove_alias(database, account_id, name, quarantine_until,
			      error);
	if (result > 0 && sqlite_audit(store, account_id, AUDIT_ALIAS_REMOVE,
				       error, "%s", name) < 0)
		result = -1;
	if (result > 0 && database_commit(database, error) < 0)
		result = -1;
	if (result <= 0)
		database_rollback(database);
	return result;
}

int sqlite_aliases(struct store *store, const char *account_id,
		   struct alias *aliases_r, size_t *count_r,
		   struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	sqlite3_stmt *query = database_query(
		database, ALIASES_OF,
		BINDINGS(bind_text(account_id), bind_number(ALIASES_MAX)),
		error);
	int result;

	*count_r = 0;
	if (query == NULL)
		return -1;
	while ((result = database_step(database, query, error)) > 0) {
		struct alias *alias = &aliases_r[*count_r];

		if (database_text(database, query, 0, alias->name,
				  sizeof(alias->name), error) < 0) {
			result = -1;
			break;
		}
		alias->created_at = sqlite3_column_int64(query, 1);
		(*count_r)++;
	}
	database_finish(query);
	return result;
}

int sqlite_aliases_delete(struct database *database, const char *account_id,
			  int64_t quarantine_until, struct error *error)
{
	if (database_change(database, ALIASES_QUARANTINE,
			    BINDINGS(bind_text(account_id),
				     bind_number(quarantine_until), bind_null(),
				     bind_text("")),
			    error) < 0 ||
	    database_change(database, ALIASES_DELETE,
			    BINDINGS(bind_text(account_id)), error) < 0)
		return -1;
	return 0;
}
