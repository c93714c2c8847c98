/* SPDX-License-Identifier: MIT
 *
 * The audit trail in SQLite; see lib/store/sqlite.h.
 */
#include "lib/store/sqlite.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* So many at a time, so that nobody waits long for the write lock. */
#define PRUNE_ENTRIES 5000

static int write_entry(struct store *store, const char *account_id,
		       const char *action, const char *detail,
		       struct error *error)
{
	return database_change(&store_sqlite_of(store)->accounts, AUDIT_INSERT,
			       BINDINGS(bind_number((int64_t)time(NULL)),
					bind_text(account_id),
					bind_text(store->actor),
					bind_text(store->origin),
					bind_text(action), bind_text(detail)),
			       error) < 0
		       ? -1
		       : 0;
}

int sqlite_audit(struct store *store, const char *account_id,
		 const char *action, struct error *error, const char *format,
		 ...)
{
	char detail[AUDIT_DETAIL_BYTES];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	return write_entry(store, account_id, action, detail, error);
}

int sqlite_audit_changes(struct store *store, const struct account *before,
			 struct error *error)
{
	struct audit_change changes[AUDIT_CHANGES_MAX];
	struct account after;
	size_t count;

	if (sqlite_find_account(store, ACCOUNT_EVEN_DELETED, before->id, &after,
				error) < 0)
		return -1;
	count = audit_compare(before, &after, changes);
	for (size_t i = 0; i < count; i++) {
		if (write_entry(store, before->id, changes[i].action,
				changes[i].detail, error) < 0)
			return -1;
	}
	return 0;
}

/* Inside a transaction. */
static int change_account(struct store *store, const char *id,
			  enum accounts_statement statement,
			  const struct binding *bindings, size_t count,
			  struct error *error)
{
	struct account before;
	int result = sqlite_find_account(store, ACCOUNT_EVEN_DELETED, id,
					 &before, error);

	if (result > 0)
		result = database_change(&store_sqlite_of(store)->accounts,
					 statement, bindings, count, error);
	if (result > 0 && sqlite_audit_changes(store, &before, error) < 0)
		result = -1;
	return result;
}

int sqlite_account_change(struct store *store, const char *id,
			  enum accounts_statement statement,
			  const struct binding *bindings, size_t count,
			  struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	int result;

	if (database_begin(database, error) < 0)
		return -1;
	result = change_account(store, id, statement, bindings, count, error);
	if (result > 0 && database_commit(database, error) < 0)
		result = -1;
	if (result <= 0)
		database_rollback(database);
	return result;
}

/* ---- reading ---- */

static int read_entry(struct database *database, sqlite3_stmt *row,
		      struct audit_entry *entry_r, struct error *error)
{
	memset(entry_r, 0, sizeof(*entry_r));
	entry_r->number = sqlite3_column_int64(row, 0);
	entry_r->at = sqlite3_column_int64(row, 1);
	if (database_text(database, row, 2, entry_r->account_id,
			  sizeof(entry_r->account_id), error) < 0 ||
	    database_text(database, row, 3, entry_r->account_name,
			  sizeof(entry_r->account_name), error) < 0 ||
	    database_text(database, row, 4, entry_r->actor,
			  sizeof(entry_r->actor), error) < 0 ||
	    database_text(database, row, 5, entry_r->origin,
			  sizeof(entry_r->origin), error) < 0 ||
	    database_text(database, row, 6, entry_r->action,
			  sizeof(entry_r->action), error) < 0)
		return -1;
	return database_text(database, row, 7, entry_r->detail,
			     sizeof(entry_r->detail), error);
}

static sqlite3_stmt *begin_list(struct database *database,
				const struct store_audit_query *query,
				size_t max, struct error *error)
{
	const struct binding before =
		bind_number(query->before == 0 ? INT64_MAX : query->before);
	const struct binding since = bind_number(query->since);
	const struct binding limit = bind_number((int64_t)max);

	if (query->account_id != NULL)
		return database_query(database, AUDIT_OF_ID,
				      BINDINGS(before, since, limit,
					       bind_text(query->account_id)),
				      error);
	if (query->account_name != NULL)
		return database_query(database, AUDIT_OF_NAME,
				      BINDINGS(before, since, limit,
					       bind_text(query->account_name)),
				      error);
	return database_query(database, AUDIT_ALL,
			      BINDINGS(before, since, limit), error);
}

int sqlite_audit_list(struct store *store,
		      const struct store_audit_query *query,
		      struct audit_entry *entries_r, size_t max,
		      size_t *count_r, struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	sqlite3_stmt *rows = begin_list(database, query, max, error);
	int result = rows == NULL ? -1 : 1;

	*count_r = 0;
	while (result > 0 && *count_r < max) {
		result = database_step(database, rows, error);
		if (result > 0 &&
		    read_entry(database, rows, &entries_r[*count_r], error) < 0)
			result = -1;
		if (result > 0)
			(*count_r)++;
	}
	if (rows != NULL)
		database_finish(rows);
	return result < 0 ? -1 : 0;
}

int sqlite_passwords_changed_at(struct store *store, const char *account_id,
				int64_t *at_r, struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	sqlite3_stmt *row =
		database_query(database, AUDIT_PASSWORDS_CHANGED,
			       BINDINGS(bind_text(account_id)), error);
	int result;

	if (row == NULL)
		return -1;
	result = database_step(database, row, error);
	*at_r = result > 0 ? sqlite3_column_int64(row, 0) : 0;
	database_finish(row);
	return result < 0 ? -1 : 0;
}

int64_t sqlite_audit_prune(struct store *store, int64_t before,
			   struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	int64_t removed = 0;
	int result;

	do {
		result = database_change(database, AUDIT_PRUNE,
					 BINDINGS(bind_number(before),
						  bind_number(PRUNE_ENTRIES)),
					 error);
		if (result > 0)
			removed += sqlite3_changes(database->handle);
	} while (result > 0);
	return result < 0 ? -1 : removed;
}
