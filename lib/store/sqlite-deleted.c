/* SPDX-License-Identifier: MIT
 *
 * Deleted and renamed accounts in SQLite; see lib/store/sqlite.h.
 */
#include "lib/store/sqlite.h"

#include <string.h>

int sqlite_account_retire(struct store *store, const char *id, int64_t at,
			  bool keep_mail, struct error *error)
{
	return sqlite_account_change(store, id, ACCOUNT_RETIRE,
				     BINDINGS(bind_text(id), bind_number(at),
					      bind_number(keep_mail ? 1 : 0)),
				     error);
}

int sqlite_account_undelete(struct store *store, const char *id,
			    struct error *error)
{
	return sqlite_account_change(store, id, ACCOUNT_UNDELETE,
				     BINDINGS(bind_text(id)), error);
}

int sqlite_deleted_by_name(struct store *store, const char *name,
			   struct account *account_r, struct error *error)
{
	return sqlite_find_account(store, DELETED_BY_NAME, name, account_r,
				   error);
}

int sqlite_deleted_until(struct store *store, int64_t until, int64_t after_at,
			 const char *after_id, struct account *accounts_r,
			 size_t max, size_t *count_r, struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	sqlite3_stmt *query = database_query(
		database, DELETED_UNTIL,
		BINDINGS(bind_number(until), bind_number(after_at),
			 bind_text(after_id), bind_number((int64_t)max)),
		error);

	return sqlite_read_accounts(database, query, accounts_r, max, count_r,
				    error);
}

/* Makes room for the new name. Inside a transaction. */
static enum store_add_result take_name(struct database *database,
				       const struct account *account,
				       const char *name, int64_t now,
				       struct error *error)
{
	enum store_add_result result;

	/* Its own alias stands in the way of nothing. */
	if (database_change(database, ALIAS_DELETE,
			    BINDINGS(bind_text(account->id), bind_text(name)),
			    error) < 0)
		return STORE_ADD_FAILED;
	result = sqlite_check_name(database, name, account->id, now, error);
	if (result == STORE_ADDED &&
	    database_change(database, QUARANTINE_DELETE,
			    BINDINGS(bind_text(name)), error) < 0)
		result = STORE_ADD_FAILED;
	return result;
}

/* Inside a transaction, when the account has its new name. */
static int leave_name(struct database *database, const struct account *account,
		      enum store_old_name old_name, int64_t quarantine_until,
		      int64_t now, struct error *error)
{
	if (old_name == STORE_OLD_NAME_ALIAS) {
		if (sqlite_alias_check_count(database, account->id, error) < 0)
			return -1;
		return database_change(database, ALIAS_INSERT,
				       BINDINGS(bind_text(account->id),
						bind_text(account->name),
						bind_number(now)),
				       error);
	}
	if (quarantine_until == 0)
		return 0;
	return database_change(database, QUARANTINE_NAME,
			       BINDINGS(bind_text(account->name),
					bind_number(quarantine_until),
					bind_text(account->id)),
			       error);
}

/* Inside a transaction. */
static enum store_add_result rename_account(struct store *store, const char *id,
					    const char *name,
					    enum store_old_name old_name,
					    int64_t quarantine_until,
					    int64_t now, struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	enum store_add_result result;
	struct account before;

	switch (sqlite_find_account(store, ACCOUNT_BY_ID, id, &before, error)) {
	case 1:
		break;
	case 0:
		(void)error_set(error, "there is no such account any more");
		return STORE_ADD_FAILED;
	default:
		return STORE_ADD_FAILED;
	}
	if (strcmp(before.name, name) == 0)
		return STORE_ADDED;
	result = take_name(database, &before, name, now, error);
	if (result != STORE_ADDED)
		return result;
	if (database_change(database, ACCOUNT_RENAME,
			    BINDINGS(bind_text(id), bind_text(name)),
			    error) < 0 ||
	    leave_name(database, &before, old_name, quarantine_until, now,
		       error) < 0 ||
	    sqlite_audit_changes(store, &before, error) < 0)
		return STORE_ADD_FAILED;
	return STORE_ADDED;
}

enum store_add_result sqlite_account_rename(struct store *store, const char *id,
					    const char *name,
					    enum store_old_name old_name,
					    int64_t quarantine_until,
					    int64_t now, struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	enum store_add_result result;

	if (database_begin(database, error) < 0)
		return STORE_ADD_FAILED;
	result = rename_account(store, id, name, old_name, quarantine_until,
				now, error);
	if (result == STORE_ADDED && database_commit(database, error) < 0)
		result = STORE_ADD_FAILED;
	if (result != STORE_ADDED)
		database_rollback(database);
	return result;
}
