/* SPDX-License-Identifier: MIT
 *
 * Accounts in SQLite: their rows, and quarantined names; see store-sqlite.h.
 * All statements of the accounts' database stand here.
 */
#include "lib/store-sqlite.h"

#include <string.h>

/* In the order in which read_account() takes them. */
#define COLUMNS                                                                \
	"id, name, class, enabled, created_at, directory, directory_id,"       \
	" own_quota, forward_address, forward_keep_copy, usage_bytes,"         \
	" usage_messages, trash_oldest, trash_generation, denied_at,"          \
	" other_directory, other_directory_id, last_tier, backend,"            \
	" sending_blocked_at, sending_block_reason, own_retention,"            \
	" usage_counted_at, warned, warning_due, warning_token"

static const char *const statements[ACCOUNTS_STATEMENTS] = {
	[ACCOUNT_BY_NAME] = "SELECT " COLUMNS " FROM accounts WHERE name = ?1",
	[ACCOUNT_BY_ID] = "SELECT " COLUMNS " FROM accounts WHERE id = ?1",
	/* One of the two at most, since no name is of both kinds. */
	[ACCOUNT_BY_LOCAL_PART] =
		"SELECT " COLUMNS " FROM accounts WHERE name = ?1"
		" UNION ALL SELECT " COLUMNS " FROM accounts WHERE id ="
		"  (SELECT account_id FROM aliases WHERE name = ?1)",
	[ACCOUNTS_AFTER] = "SELECT " COLUMNS " FROM accounts WHERE name > ?1"
			   " ORDER BY name LIMIT ?2",
	[ACCOUNT_INSERT] =
		"INSERT INTO accounts (id, name, class, enabled, created_at,"
		" directory, directory_id, own_quota)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
		" ON CONFLICT (name) DO NOTHING",
	[ACCOUNT_SET_ENABLED] =
		"UPDATE accounts SET enabled = ?2 WHERE id = ?1",
	[ACCOUNT_SET_CLASS] = "UPDATE accounts SET class = ?2 WHERE id = ?1",
	[ACCOUNT_PIN] = "UPDATE accounts SET directory = ?2, directory_id = ?3,"
			" denied_at = 0, other_directory = '',"
			" other_directory_id = '' WHERE id = ?1",
	[ACCOUNT_SET_DENIED] =
		"UPDATE accounts SET denied_at = ?2 WHERE id = ?1",
	[ACCOUNT_SET_OTHER] = "UPDATE accounts SET other_directory = ?2,"
			      " other_directory_id = ?3 WHERE id = ?1",
	[ACCOUNT_SET_LAST_TIER] =
		"UPDATE accounts SET last_tier = ?2 WHERE id = ?1",
	[ACCOUNT_SET_BACKEND] =
		"UPDATE accounts SET backend = ?2 WHERE id = ?1",
	[ACCOUNT_SET_QUOTA] =
		"UPDATE accounts SET own_quota = ?2 WHERE id = ?1",
	[ACCOUNT_SET_RETENTION] =
		"UPDATE accounts SET own_retention = ?2 WHERE id = ?1",
	[ACCOUNT_SET_FORWARD] = "UPDATE accounts SET forward_address = ?2,"
				" forward_keep_copy = ?3 WHERE id = ?1",
	[ACCOUNT_DELETE] = "DELETE FROM accounts WHERE id = ?1",
	[QUARANTINE_FIND] = "SELECT 1 FROM quarantine WHERE name = ?1"
			    " AND until > ?2 AND account_id <> ?3",
	[QUARANTINE_INSERT] =
		"INSERT OR REPLACE INTO quarantine (name, until, account_id)"
		" SELECT name, ?2, '' FROM accounts WHERE id = ?1",
	[QUARANTINE_DELETE] = "DELETE FROM quarantine WHERE name = ?1",
	/* A count of an earlier time leaves all as it is. */
	[USAGE_SET] = "UPDATE accounts SET"
		      " usage_bytes = iif(?2 < 0, usage_bytes, ?2),"
		      " usage_messages = iif(?3 < 0, usage_messages, ?3),"
		      " usage_counted_at = iif(?4 = 0, usage_counted_at, ?4)"
		      " WHERE id = ?1 AND (?4 = 0 OR usage_counted_at <= ?4"
		      "  OR usage_counted_at > ?5)",
	[WARNING_SET] = "UPDATE accounts SET warned = ?3, warning_due = ?4"
			" WHERE id = ?1 AND warned = ?2",
	[WARNINGS_DUE] = "SELECT " COLUMNS " FROM accounts"
			 " WHERE warning_due > 0 AND id > ?1"
			 " ORDER BY id LIMIT ?2",
	[WARNING_TAKE] = "UPDATE accounts SET warning_due = 0,"
			 " warning_token = ?3 WHERE id = ?1"
			 " AND warning_due > 0 AND warning_due = ?2",
	[WARNING_DELIVERED] = "UPDATE accounts SET warning_token = ''"
			      " WHERE id = ?1 AND warning_token = ?2",
	[TRASH_SAVED] = "UPDATE accounts SET"
			" trash_oldest = iif(trash_oldest = 0, ?2,"
			"  min(trash_oldest, ?2)),"
			" trash_generation = trash_generation + 1"
			" WHERE id = ?1",
	[TRASH_EXPIRED] = "UPDATE accounts SET trash_oldest = ?3"
			  " WHERE id = ?1 AND trash_generation = ?2",
	/* The conditions are those of the two indexes, so that accounts with
	   nothing due are never looked at. */
	[TRASH_OLDER_THAN] =
		"SELECT " COLUMNS " FROM accounts"
		" WHERE trash_oldest > 0 AND own_retention IS NULL"
		" AND trash_oldest <= ?1 AND (trash_oldest, id) > (?2, ?3)"
		" UNION ALL SELECT " COLUMNS " FROM accounts"
		" WHERE trash_oldest > 0 AND own_retention > 0"
		" AND trash_oldest <= ?5 - own_retention"
		" AND (trash_oldest, id) > (?2, ?3)"
		" ORDER BY trash_oldest, id LIMIT ?4",
	[ALIAS_FIND] = "SELECT 1 FROM aliases WHERE name = ?1",
	[ALIAS_COUNT] = "SELECT count(*) FROM aliases WHERE account_id = ?1",
	[ALIAS_INSERT] = "INSERT INTO aliases (name, account_id, created_at)"
			 " SELECT ?2, id, ?3 FROM accounts WHERE id = ?1",
	[ALIAS_DELETE] =
		"DELETE FROM aliases WHERE account_id = ?1 AND name = ?2",
	[ALIASES_OF] = "SELECT name, created_at FROM aliases"
		       " WHERE account_id = ?1 ORDER BY name LIMIT ?2",
	/* ?3 NULL = all of them; ?4 is who may have it again. */
	[ALIASES_QUARANTINE] =
		"INSERT OR REPLACE INTO quarantine (name, until, account_id)"
		" SELECT name, ?2, ?4 FROM aliases"
		" WHERE account_id = ?1 AND (?3 IS NULL OR name = ?3)",
	[ALIASES_DELETE] = "DELETE FROM aliases WHERE account_id = ?1",
	[ACTIVITY_OF] = "SELECT forward_day, forwarded, send_hour,"
			" sent_in_hour, send_day, sent_in_day FROM activity"
			" WHERE account_id = ?1",
	/* As activity_add(): a count of another window begins anew. */
	[ACTIVITY_ADD] =
		"INSERT INTO activity SELECT id, ?2, ?3, ?4, ?5, ?6, ?7"
		" FROM accounts WHERE id = ?1"
		" ON CONFLICT (account_id) DO UPDATE SET"
		" forwarded = iif(?3 = 0, forwarded,"
		"  ?3 + iif(forward_day = ?2, forwarded, 0)),"
		" forward_day = iif(?3 = 0, forward_day, ?2),"
		" sent_in_hour = iif(?5 = 0, sent_in_hour,"
		"  ?5 + iif(send_hour = ?4, sent_in_hour, 0)),"
		" send_hour = iif(?5 = 0, send_hour, ?4),"
		" sent_in_day = iif(?7 = 0, sent_in_day,"
		"  ?7 + iif(send_day = ?6, sent_in_day, 0)),"
		" send_day = iif(?7 = 0, send_day, ?6)",
	[ACTIVITY_CLEAR_SENT] = "UPDATE activity SET sent_in_hour = 0,"
				" sent_in_day = 0 WHERE account_id = ?1",
	[ACTIVITY_DELETE] = "DELETE FROM activity WHERE account_id = ?1",
	[SENDING_BLOCK] = "UPDATE accounts SET sending_blocked_at = ?2,"
			  " sending_block_reason = ?3"
			  " WHERE id = ?1 AND sending_blocked_at = 0",
	[SENDING_UNBLOCK] = "UPDATE accounts SET sending_blocked_at = 0,"
			    " sending_block_reason = '' WHERE id = ?1",
};

int sqlite_accounts_prepare(struct store_sqlite *store, struct error *error)
{
	return database_prepare(&store->accounts, statements,
				ACCOUNTS_STATEMENTS, error);
}

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

static int find_account(struct store *store, enum accounts_statement statement,
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

int sqlite_account_by_name(struct store *store, const char *name,
			   struct account *account_r, struct error *error)
{
	return find_account(store, ACCOUNT_BY_NAME, name, account_r, error);
}

int sqlite_account_by_id(struct store *store, const char *id,
			 struct account *account_r, struct error *error)
{
	return find_account(store, ACCOUNT_BY_ID, id, account_r, error);
}

int sqlite_account_by_local_part(struct store *store, const char *name,
				 struct account *account_r, struct error *error)
{
	return find_account(store, ACCOUNT_BY_LOCAL_PART, name, account_r,
			    error);
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

int sqlite_name_is_quarantined(struct database *database, const char *name,
			       const char *account_id, int64_t now,
			       struct error *error)
{
	return database_exists(database, QUARANTINE_FIND,
			       BINDINGS(bind_text(name), bind_number(now),
					bind_text(account_id)),
			       error);
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

/* Inside a transaction. */
static enum store_add_result add_account(struct database *database,
					 const struct account *account,
					 int64_t now, struct error *error)
{
	switch (sqlite_alias_exists(database, account->name, error)) {
	case 0:
		break;
	case 1:
		return STORE_NAME_TAKEN;
	default:
		return STORE_ADD_FAILED;
	}
	switch (sqlite_name_is_quarantined(database, account->name, account->id,
					   now, error)) {
	case 0:
		break;
	case 1:
		return STORE_NAME_QUARANTINED;
	default:
		return STORE_ADD_FAILED;
	}
	switch (insert_account(database, account, error)) {
	case 0:
		return STORE_NAME_TAKEN;
	case 1:
		break;
	default:
		return STORE_ADD_FAILED;
	}
	if (database_change(database, QUARANTINE_DELETE,
			    BINDINGS(bind_text(account->name)), error) < 0)
		return STORE_ADD_FAILED;
	return STORE_ADDED;
}

enum store_add_result sqlite_account_add(struct store *store,
					 const struct account *account,
					 int64_t now, struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	enum store_add_result result;

	if (database_begin(database, error) < 0)
		return STORE_ADD_FAILED;
	result = add_account(database, account, now, error);
	if (result == STORE_ADDED && database_commit(database, error) < 0)
		result = STORE_ADD_FAILED;
	if (result != STORE_ADDED)
		database_rollback(database);
	return result;
}

int sqlite_account_set_enabled(struct store *store, const char *id,
			       bool enabled, struct error *error)
{
	return database_change(
		&store_sqlite_of(store)->accounts, ACCOUNT_SET_ENABLED,
		BINDINGS(bind_text(id), bind_number(enabled ? 1 : 0)), error);
}

int sqlite_account_set_class(struct store *store, const char *id,
			     const char *class_name, struct error *error)
{
	return database_change(
		&store_sqlite_of(store)->accounts, ACCOUNT_SET_CLASS,
		BINDINGS(bind_text(id), bind_text(class_name)), error);
}

int sqlite_account_pin(struct store *store, const char *id,
		       const char *directory, const char *directory_id,
		       struct error *error)
{
	return database_change(&store_sqlite_of(store)->accounts, ACCOUNT_PIN,
			       BINDINGS(bind_text(id), bind_text(directory),
					bind_text(directory_id)),
			       error);
}

int sqlite_account_set_denied(struct store *store, const char *id,
			      int64_t denied_at, struct error *error)
{
	return database_change(
		&store_sqlite_of(store)->accounts, ACCOUNT_SET_DENIED,
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
	return database_change(&store_sqlite_of(store)->accounts,
			       ACCOUNT_SET_BACKEND,
			       BINDINGS(bind_text(id), bind_text(host)), error);
}

int sqlite_account_set_quota(struct store *store, const char *id,
			     const int64_t *bytes, struct error *error)
{
	return database_change(
		&store_sqlite_of(store)->accounts, ACCOUNT_SET_QUOTA,
		BINDINGS(bind_text(id),
			 bytes == NULL ? bind_null() : bind_number(*bytes)),
		error);
}

int sqlite_account_set_retention(struct store *store, const char *id,
				 const int64_t *seconds, struct error *error)
{
	return database_change(
		&store_sqlite_of(store)->accounts, ACCOUNT_SET_RETENTION,
		BINDINGS(bind_text(id),
			 seconds == NULL ? bind_null() : bind_number(*seconds)),
		error);
}

int sqlite_account_set_forward(struct store *store, const char *id,
			       const char *address, bool keep_copy,
			       struct error *error)
{
	return database_change(&store_sqlite_of(store)->accounts,
			       ACCOUNT_SET_FORWARD,
			       BINDINGS(bind_text(id), bind_text(address),
					bind_number(keep_copy ? 1 : 0)),
			       error);
}

/* Inside a transaction: the names go into quarantine while the account still
   tells them. */
static int delete_account(struct database *database, const char *id,
			  int64_t quarantine_until, struct error *error)
{
	int result = database_change(
		database, QUARANTINE_INSERT,
		BINDINGS(bind_text(id), bind_number(quarantine_until)), error);

	if (result <= 0)
		return result;
	if (sqlite_aliases_delete(database, id, quarantine_until, error) < 0 ||
	    database_change(database, ACTIVITY_DELETE, BINDINGS(bind_text(id)),
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
	result = delete_account(&sqlite->accounts, id, quarantine_until, error);
	if (result > 0 && database_commit(&sqlite->accounts, error) < 0)
		result = -1;
	if (result <= 0)
		database_rollback(&sqlite->accounts);
	return result;
}
