/* SPDX-License-Identifier: MIT
 *
 * Forwarding that waits for its code, in SQLite; see lib/store/sqlite.h.
 */
#include "lib/store/sqlite.h"

#include <string.h>

static int read_pending(struct database *database, sqlite3_stmt *row,
			struct pending_forward *pending_r, struct error *error)
{
	if (database_text(database, row, 0, pending_r->address,
			  sizeof(pending_r->address), error) < 0 ||
	    database_text(database, row, 2, pending_r->code_hash,
			  sizeof(pending_r->code_hash), error) < 0)
		return -1;
	pending_r->keep_copy = sqlite3_column_int64(row, 1) != 0;
	pending_r->expires_at = sqlite3_column_int64(row, 3);
	pending_r->attempts = (unsigned int)sqlite3_column_int64(row, 4);
	return 1;
}

int sqlite_pending_forward(struct store *store, const char *account_id,
			   int64_t now, struct pending_forward *pending_r,
			   struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	sqlite3_stmt *query = database_query(
		database, PENDING_OF,
		BINDINGS(bind_text(account_id), bind_number(now)), error);
	int result;

	memset(pending_r, 0, sizeof(*pending_r));
	if (query == NULL)
		return -1;
	result = database_step(database, query, error);
	if (result > 0)
		result = read_pending(database, query, pending_r, error);
	database_finish(query);
	return result;
}

/* Runs a change and writes its entry as one. Returns 1, 0 or -1. */
static int change_audited(struct store *store, const char *account_id,
			  enum accounts_statement statement,
			  const struct binding *bindings, size_t count,
			  const char *detail, struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	int result;

	if (database_begin(database, error) < 0)
		return -1;
	result = database_change(database, statement, bindings, count, error);
	if (result > 0 &&
	    (sqlite_audit(store, account_id, AUDIT_FORWARD_PENDING, error, "%s",
			  detail) < 0 ||
	     database_commit(database, error) < 0))
		result = -1;
	if (result <= 0)
		database_rollback(database);
	return result;
}

int sqlite_pending_forward_set(struct store *store, const char *account_id,
			       const struct pending_forward *pending,
			       struct error *error)
{
	return change_audited(store, account_id, PENDING_SET,
			      BINDINGS(bind_text(account_id),
				       bind_text(pending->address),
				       bind_number(pending->keep_copy ? 1 : 0),
				       bind_text(pending->code_hash),
				       bind_number(pending->expires_at)),
			      pending->address, error);
}

int sqlite_pending_forward_keep_copy(struct store *store,
				     const char *account_id, bool keep_copy,
				     struct error *error)
{
	return database_change(
		&store_sqlite_of(store)->accounts, PENDING_KEEP_COPY,
		BINDINGS(bind_text(account_id), bind_number(keep_copy ? 1 : 0)),
		error);
}

int sqlite_pending_forward_try(struct store *store, const char *account_id,
			       unsigned int max, struct error *error)
{
	return database_change(
		&store_sqlite_of(store)->accounts, PENDING_TRY,
		BINDINGS(bind_text(account_id), bind_number((int64_t)max)),
		error);
}

int sqlite_pending_forward_confirm(struct store *store, const char *account_id,
				   const char *code_hash, struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	int result;

	if (database_begin(database, error) < 0)
		return -1;
	result = sqlite_account_change(
		store, account_id, PENDING_CONFIRM,
		BINDINGS(bind_text(account_id), bind_text(code_hash)), error);
	if (result > 0 &&
	    (database_change(database, PENDING_CLEAR,
			     BINDINGS(bind_text(account_id)), error) < 0 ||
	     database_commit(database, error) < 0))
		result = -1;
	if (result <= 0)
		database_rollback(database);
	return result;
}

int sqlite_pending_forward_clear(struct store *store, const char *account_id,
				 struct error *error)
{
	return change_audited(store, account_id, PENDING_CLEAR,
			      BINDINGS(bind_text(account_id)), "given up",
			      error);
}
