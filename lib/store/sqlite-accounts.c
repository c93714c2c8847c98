/* SPDX-License-Identifier: MIT
 *
 * Accounts in SQLite: their rows, and quarantined names; see
 * lib/store/sqlite.h.
 */
#include "lib/store/sqlite.h"

#include <string.h>

static int read_texts(struct database *database, sqlite3_stmt *row,
		      struct account *account, struct error *error)
{
	const struct {
		int column;
		char *text;
		size_t size;
	} texts[] = {
		{0, account->id, sizeof(account->id)},
		{1, account->name, sizeof(account->name)},
		{2, account->class_name, sizeof(account->class_name)},
		{5, account->directory, sizeof(account->directory)},
		{6, account->directory_id, sizeof(account->directory_id)},
		{8, account->forward_address, sizeof(account->forward_address)},
		{15, account->other_directory,
		 sizeof(account->other_directory)},
		{16, account->other_directory_id,
		 sizeof(account->other_directory_id)},
		{17, account->last_tier, sizeof(account->last_tier)},
		{18, account->backend, sizeof(account->backend)},
		{20, account->sending_block_reason,
		 sizeof(account->sending_block_reason)},
		{25, account->warning_token, sizeof(account->warning_token)},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (database_text(database, row, texts[i].column, texts[i].text,
				  texts[i].size, error) < 0)
			return -1;
	}
	return 0;
}

static int read_account(struct database *database, sqlite3_stmt *row,
			struct account *account_r, struct error *error)
{
	memset(account_r, 0, sizeof(*account_r));
	if (read_texts(database, row, account_r, error) < 0)
		return -1;
	account_r->enabled = sqlite3_column_int64(row, 3) != 0;
	account_r->created_at = sqlite3_column_int64(row, 4);
	account_r->has_own_quota = sqlite3_column_type(row, 7) != SQLITE_NULL;
	account_r->own_quota = sqlite3_column_int64(row, 7);
	account_r->forward_keep_copy = sqlite3_column_int64(row, 9) != 0;
	account_r->usage_bytes = sqlite3_column_int64(row, 10);
	account_r->usage_messages = sqlite3_column_int64(row, 11);
	account_r->trash_oldest = sqlite3_column_int64(row, 12);
	account_r->trash_generation = sqlite3_column_int64(row, 13);
	account_r->denied_at = sqlite3_column_int64(row, 14);
	account_r->sending_blocked_at = sqlite3_column_int64(row, 19);
	account_r->has_own_retention =
		sqlite3_column_type(row, 21) != SQLITE_NULL;
	account_r->own_retention = sqlite3_column_int64(row, 21);
	account_r->usage_counted_at = sqlite3_column_int64(row, 22);
	account_r->warned = sqlite3_column_int(row, 23);
	account_r->warning_due = sqlite3_column_int(row, 24);
	account_r->deleted_at = sqlite3_column_int64(row, 26);
	account_r->keep_mail = sqlite3_column_int64(row, 27) != 0;
	account_r->usage_saved_at = sqlite3_column_int64(row, 28);
	account_r->usage_uid_validity = sqlite3_column_int64(row, 29);
	account_r->usage_uid_next = sqlite3_column_int64(row, 30);
	return 0;
}

int sqlite_read_accounts(struct database *database, sqlite3_stmt *query,
			 struct account *accounts_r, size_t max,
			 size_t *count_r, struct error *error)
{
	size_t count = 0;
	int result = query == NULL ? -1 : 1;

	while (result > 0 && count < max) {
		result = database_step(database, query, error);
		if (result > 0 && read_account(database, query,
					       &accounts_r[count], error) < 0)
			result = -1;
		if (result > 0)
			count++;
	}
	if (query != NULL)
		database_finish(query);
	*count_r = count;
	return result < 0 ? -1 : 0;
}

int sqlite_find_account(struct store *store, enum accounts_statement statement,
			const char *key, struct account *account_r,
			struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	sqlite3_stmt *query = database_query(database, statement,
					     BINDINGS(bind_text(key)), error);
	size_t count;

	if (sqlite_read_accounts(database, query, account_r, 1, &count, error) <
	    0)
		return -1;
	return (int)count;
}

int sqlite_change_account_unsynced(struct store *store,
				   enum accounts_statement statement,
				   const struct binding *bindings, size_t count,
				   struct account *account_r,
				   struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	sqlite3_stmt *query = database_query_unsynced(database, statement,
						      bindings, count, error);
	int changed, result;

	if (query == NULL)
		return -1;
	result = changed = database_step(database, query, error);
	if (result > 0)
		result = read_account(database, query, account_r, error);
	/* It is done when there are no more rows. */
	while (result >= 0 &&
	       (result = database_step(database, query, error)) > 0)
		;
	database_finish(query);
	return result < 0 ? -1 : changed;
}

int sqlite_account_by_name(struct store *store, const char *name,
			   struct account *account_r, struct error *error)
{
	return sqlite_find_account(store, ACCOUNT_BY_NAME, name, account_r,
				   error);
}

int sqlite_account_by_id(struct store *store, const char *id,
			 struct account *account_r, struct error *error)
{
	return sqlite_find_account(store, ACCOUNT_BY_ID, id, account_r, error);
}

int sqlite_account_by_local_part(struct store *store, const char *name,
				 struct account *account_r, struct error *error)
{
	return sqlite_find_account(store, ACCOUNT_BY_LOCAL_PART, name,
				   account_r, error);
}

int sqlite_accounts_after(struct store *store, const char *after,
			  struct account *accounts_r, size_t max,
			  size_t *count_r, struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	sqlite3_stmt *query = database_query(
		database, ACCOUNTS_AFTER,
		BINDINGS(bind_text(after), bind_number((int64_t)max)), error);

	return sqlite_read_accounts(database, query, accounts_r, max, count_r,
				    error);
}

/* Whether the name may not be given to this account yet: 1, 0 or -1. */
static int is_quarantined(struct database *database, const char *name,
			  const char *account_id, int64_t now,
			  struct error *error)
{
	return database_exists(database, QUARANTINE_FIND,
			       BINDINGS(bind_text(name), bind_number(now),
					bind_text(account_id)),
			       error);
}

/* STORE_ADDED if no account, deleted or not, has the name. */
static enum store_add_result
check_accounts(struct database *database, const char *name, struct error *error)
{
	sqlite3_stmt *query = database_query(database, ACCOUNT_NAME_FIND,
					     BINDINGS(bind_text(name)), error);
	enum store_add_result result = STORE_ADD_FAILED;

	if (query == NULL)
		return STORE_ADD_FAILED;
	switch (database_step(database, query, error)) {
	case 0:
		result = STORE_ADDED;
		break;
	case 1:
		result = sqlite3_column_int64(query, 0) == 0
				 ? STORE_NAME_TAKEN
				 : STORE_NAME_QUARANTINED;
		break;
	default:
		break;
	}
	database_finish(query);
	return result;
}

enum store_add_result sqlite_check_name(struct database *database,
					const char *name,
					const char *account_id, int64_t now,
					struct error *error)
{
	enum store_add_result result = check_accounts(database, name, error);
	int found;

	if (result != STORE_ADDED)
		return result;
	found = sqlite_alias_exists(database, name, error);
	if (found < 0)
		return STORE_ADD_FAILED;
	if (found > 0)
		return STORE_NAME_TAKEN;
	found = is_quarantined(database, name, account_id, now, error);
	if (found < 0)
		return STORE_ADD_FAILED;
	return found > 0 ? STORE_NAME_QUARANTINED : STORE_ADDED;
}

static int insert_account(struct database *database,
			  const struct account *account, struct error *error)
{
	struct binding quota = account->has_own_quota
				       ? bind_number(account->own_quota)
				       : bind_null();

	return database_change(
		database, ACCOUNT_INSERT,
		BINDINGS(bind_text(account->id), bind_text(account->name),
			 bind_text(account->class_name),
			 bind_number(account->enabled ? 1 : 0),
			 bind_number(account->created_at),
			 bind_text(account->directory),
			 bind_text(account->directory_id), quota),
		error);
}

static int audit_addition(struct store *store, const struct account *account,
			  struct error *error)
{
	return sqlite_audit(
		store, account->id, AUDIT_ACCOUNT_ADD, error,
		"class %s, %s, pinned to %s%s%s", account->class_name,
		account->enabled ? "enabled" : "disabled",
		account_is_pinned(account) ? account->directory : "nothing",
		account_is_pinned(account) ? " " : "", account->directory_id);
}

/* Inside a transaction. */
static enum store_add_result
add_account(struct store *store, const struct account *account, int64_t now,
	    const struct account_addition *addition, struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	enum store_add_result result = sqlite_check_name(
		database, account->name, account->id, now, error);

	if (result != STORE_ADDED)
		return result;
	switch (addition->insert(database, account, error)) {
	case 0:
		return STORE_NAME_TAKEN;
	case 1:
		break;
	default:
		return STORE_ADD_FAILED;
	}
	if (database_change(database, QUARANTINE_DELETE,
			    BINDINGS(bind_text(account->name)), error) < 0 ||
	    addition->audit(store, account, error) < 0)
		return STORE_ADD_FAILED;
	return STORE_ADDED;
}

enum store_add_result
sqlite_account_add_as(struct store *store, const struct account *account,
		      int64_t now, const struct account_addition *addition,
		      struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	enum store_add_result result;

	if (database_begin(database, error) < 0)
		return STORE_ADD_FAILED;
	result = add_account(store, account, now, addition, error);
	if (result == STORE_ADDED && database_commit(database, error) < 0)
		result = STORE_ADD_FAILED;
	if (result != STORE_ADDED)
		database_rollback(database);
	return result;
}

enum store_add_result sqlite_account_add(struct store *store,
					 const struct account *account,
					 int64_t now, struct error *error)
{
	static const struct account_addition addition = {insert_account,
							 audit_addition};

	return sqlite_account_add_as(store, account, now, &addition, error);
}

int sqlite_account_set_enabled(struct store *store, const char *id,
			       bool enabled, struct error *error)
{
	return sqlite_account_change(
		store, id, ACCOUNT_SET_ENABLED,
		BINDINGS(bind_text(id), bind_number(enabled ? 1 : 0)), error);
}

int sqlite_account_set_class(struct store *store, const char *id,
			     const char *class_name, struct error *error)
{
	return sqlite_account_change(
		store, id, ACCOUNT_SET_CLASS,
		BINDINGS(bind_text(id), bind_text(class_name)), error);
}

int sqlite_account_pin(struct store *store, const char *id,
		       const char *directory, const char *directory_id,
		       struct error *error)
{
	return sqlite_account_change(store, id, ACCOUNT_PIN,
				     BINDINGS(bind_text(id),
					      bind_text(directory),
					      bind_text(directory_id)),
				     error);
}

int sqlite_account_set_denied(struct store *store, const char *id,
			      int64_t denied_at, struct error *error)
{
	return sqlite_account_change(
		store, id, ACCOUNT_SET_DENIED,
		BINDINGS(bind_text(id), bind_number(denied_at)), error);
}

int sqlite_account_set_other(struct store *store, const char *id,
			     const char *directory, const char *directory_id,
			     struct error *error)
{
	return database_change(&store_sqlite_of(store)->accounts,
			       ACCOUNT_SET_OTHER,
			       BINDINGS(bind_text(id), bind_text(directory),
					bind_text(directory_id)),
			       error);
}

int sqlite_account_set_last_tier(struct store *store, const char *id,
				 const char *tier, struct error *error)
{
	return database_change(&store_sqlite_of(store)->accounts,
			       ACCOUNT_SET_LAST_TIER,
			       BINDINGS(bind_text(id), bind_text(tier)), error);
}

int sqlite_account_set_backend(struct store *store, const char *id,
			       const char *host, struct error *error)
{
	return sqlite_account_change(store, id, ACCOUNT_SET_BACKEND,
				     BINDINGS(bind_text(id), bind_text(host)),
				     error);
}

int sqlite_account_set_quota(struct store *store, const char *id,
			     const int64_t *bytes, struct error *error)
{
	return sqlite_account_change(
		store, id, ACCOUNT_SET_QUOTA,
		BINDINGS(bind_text(id),
			 bytes == NULL ? bind_null() : bind_number(*bytes)),
		error);
}

int sqlite_account_set_retention(struct store *store, const char *id,
				 const int64_t *seconds, struct error *error)
{
	return sqlite_account_change(
		store, id, ACCOUNT_SET_RETENTION,
		BINDINGS(bind_text(id),
			 seconds == NULL ? bind_null() : bind_number(*seconds)),
		error);
}

int sqlite_account_set_forward(struct store *store, const char *id,
			       const char *address, bool keep_copy,
			       struct error *error)
{
	return sqlite_account_change(store, id, ACCOUNT_SET_FORWARD,
				     BINDINGS(bind_text(id), bind_text(address),
					      bind_number(keep_copy ? 1 : 0)),
				     error);
}

/* Inside a transaction: the names go into quarantine while the account still
   tells them. */
static int delete_account(struct store *store, const char *id,
			  int64_t quarantine_until, struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	int result = database_change(
		database, QUARANTINE_INSERT,
		BINDINGS(bind_text(id), bind_number(quarantine_until)), error);

	if (result <= 0)
		return result;
	if (sqlite_audit(store, id, AUDIT_ACCOUNT_PURGE, error, "%s", "") < 0 ||
	    sqlite_aliases_delete(database, id, quarantine_until, error) < 0 ||
	    database_change(database, ACTIVITY_DELETE, BINDINGS(bind_text(id)),
			    error) < 0 ||
	    database_change(database, PENDING_CLEAR, BINDINGS(bind_text(id)),
			    error) < 0)
		return -1;
	return database_change(database, ACCOUNT_DELETE,
			       BINDINGS(bind_text(id)), error);
}

int sqlite_account_delete(struct store *store, const char *id,
			  int64_t quarantine_until, struct error *error)
{
	struct store_sqlite *sqlite = store_sqlite_of(store);
	int result;

	/* First, so that a crash in between leaves an account without
	   passwords, and not passwords without an account. */
	if (sqlite_credentials_delete(sqlite, id, error) < 0 ||
	    database_begin(&sqlite->accounts, error) < 0)
		return -1;
	result = delete_account(store, id, quarantine_until, error);
	if (result > 0 && database_commit(&sqlite->accounts, error) < 0)
		result = -1;
	if (result <= 0)
		database_rollback(&sqlite->accounts);
	return result;
}
