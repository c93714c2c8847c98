/* SPDX-License-Identifier: MIT
 *
 * What may be done only so often, in SQLite; see lib/store/sqlite.h.
 */
#include "lib/store/sqlite.h"

/* count_r is 0 when none were taken yet. Returns 0 or -1. */
static int read_attempts(struct database *database, const char *account_id,
			 const char *what, int64_t *since_r, int64_t *count_r,
			 struct error *error)
{
	sqlite3_stmt *query = database_query(
		database, ATTEMPTS_OF,
		BINDINGS(bind_text(account_id), bind_text(what)), error);
	int result;

	*since_r = 0;
	*count_r = 0;
	if (query == NULL)
		return -1;
	result = database_step(database, query, error);
	if (result > 0) {
		*since_r = sqlite3_column_int64(query, 0);
		*count_r = sqlite3_column_int64(query, 1);
	}
	database_finish(query);
	return result < 0 ? -1 : 0;
}

/* Inside a transaction. */
static int take_attempt(struct database *database, const char *account_id,
			const struct attempts_limit *limit, int64_t now,
			int64_t *until_r, struct error *error)
{
	int64_t since;
	int64_t count;

	if (read_attempts(database, account_id, limit->what, &since, &count,
			  error) < 0)
		return -1;
	/* A time to come is one of a clock that was put right since. */
	if (count == 0 || since > now || now - since >= limit->window_seconds) {
		since = now;
		count = 0;
	}
	*until_r = since + limit->window_seconds;
	if (count >= (int64_t)limit->max)
		return 0;
	count++;
	if (count == (int64_t)limit->max)
		since = now;
	return database_change(database, ATTEMPTS_SET,
			       BINDINGS(bind_text(account_id),
					bind_text(limit->what),
					bind_number(since), bind_number(count)),
			       error);
}

int sqlite_attempt_take(struct store *store, const char *account_id,
			const struct attempts_limit *limit, int64_t now,
			int64_t *until_r, struct error *error)
{
	struct database *database = &store_sqlite_of(store)->credentials;
	int result;

	if (database_begin(database, error) < 0)
		return -1;
	result = take_attempt(database, account_id, limit, now, until_r, error);
	if (result > 0 && database_commit(database, error) < 0)
		result = -1;
	if (result <= 0)
		database_rollback(database);
	return result;
}

int sqlite_attempts_clear(struct store *store, const char *account_id,
			  const char *what, struct error *error)
{
	return database_change(&store_sqlite_of(store)->credentials,
			       ATTEMPTS_CLEAR,
			       BINDINGS(bind_text(account_id), bind_text(what)),
			       error) < 0
		       ? -1
		       : 0;
}

int sqlite_attempt_give_back(struct store *store, const char *account_id,
			     const char *what, struct error *error)
{
	return database_change(&store_sqlite_of(store)->credentials,
			       ATTEMPTS_GIVE_BACK,
			       BINDINGS(bind_text(account_id), bind_text(what)),
			       error) < 0
		       ? -1
		       : 0;
}
