/* SPDX-License-Identifier: MIT
 *
 * What accounts forwarded and sent, and whether they may send, in SQLite; see
 * lib/store/sqlite.h.
 */
#include <string.h>

#include "lib/store/sqlite.h"

static void read_activity(sqlite3_stmt *row, struct activity *activity_r)
{
	struct activity_count *const counts[] = {
		&activity_r->forwarded_in_day,
		&activity_r->sent_in_hour,
		&activity_r->sent_in_day,
	};

	for (int i = 0; i < 3; i++) {
		counts[i]->window = sqlite3_column_int64(row, 2 * i);
		counts[i]->count = sqlite3_column_int64(row, 2 * i + 1);
	}
}

int sqlite_activity(struct store *store, const char *account_id,
		    struct activity *activity_r, struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	sqlite3_stmt *query = database_query(
		database, ACTIVITY_OF, BINDINGS(bind_text(account_id)), error);
	int result;

	memset(activity_r, 0, sizeof(*activity_r));
	if (query == NULL)
		return -1;
	result = database_step(database, query, error);
	if (result > 0)
		read_activity(query, activity_r);
	database_finish(query);
	return result;
}

static int add_activity(struct database *database,
			const struct account_activity *more,
			struct error *error)
{
	const struct activity *activity = &more->activity;

	return database_change(
		database, ACTIVITY_ADD,
		BINDINGS(bind_text(more->account_id),
			 bind_number(activity->forwarded_in_day.window),
			 bind_number(activity->forwarded_in_day.count),
			 bind_number(activity->sent_in_hour.window),
			 bind_number(activity->sent_in_hour.count),
			 bind_number(activity->sent_in_day.window),
			 bind_number(activity->sent_in_day.count)),
		error);
}

int sqlite_activity_add(struct store *store,
			const struct account_activity *more, size_t count,
			struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	int result = 0;

	if (database_begin(database, error) < 0)
		return -1;
	for (size_t i = 0; i < count && result >= 0; i++)
		result = add_activity(database, &more[i], error);
	if (result >= 0)
		result = database_commit(database, error);
	if (result < 0)
		database_rollback(database);
	return result < 0 ? -1 : 0;
}

int sqlite_sending_block(struct store *store, const char *account_id,
			 int64_t at, const char *reason, struct error *error)
{
	return sqlite_account_change(store, account_id, SENDING_BLOCK,
				     BINDINGS(bind_text(account_id),
					      bind_number(at),
					      bind_text(reason)),
				     error);
}

int sqlite_sending_unblock(struct store *store, const char *account_id,
			   struct error *error)
{
	struct database *database = &store_sqlite_of(store)->accounts;
	int result;

	if (database_begin(database, error) < 0)
		return -1;
	result = database_change(database, ACTIVITY_CLEAR_SENT,
				 BINDINGS(bind_text(account_id)), error);
	if (result >= 0)
		result = sqlite_account_change(
			store, account_id, SENDING_UNBLOCK,
			BINDINGS(bind_text(account_id)), error);
	if (result > 0 && database_commit(database, error) < 0)
		result = -1;
	if (result <= 0)
		database_rollback(database);
	return result;
}
