/* SPDX-License-Identifier: MIT
 *
 * What accounts forwarded and sent, and whether they may send; see
 * lib/store/store.h.
 */
#include <string.h>

#include "lib/store/checks.h"
#include "lib/store/handle.h"

int store_activity(struct store *store, const char *account_id,
		   struct activity *activity_r, struct error *error)
{
	struct account_activity found;
	int result =
		database_find(store->accounts, ACTIVITY_OF,
			      BINDINGS(bind_text(account_id)), &found, error);

	memset(activity_r, 0, sizeof(*activity_r));
	if (result > 0)
		*activity_r = found.activity;
	return result;
}

struct additions {
	struct store *store;
	const struct account_activity *list;
	size_t count;
};

static int add_activity(void *context, struct error *error)
{
	const struct additions *more = context;
	struct binding values[DATABASE_PARAMETERS_MAX];

	for (size_t i = 0; i < more->count; i++) {
		columns_bind(&activity_columns, &more->list[i], values);
		if (database_change(more->store->accounts, ACTIVITY_ADD, values,
				    activity_columns.count, error) < 0)
			return -1;
	}
	return 0;
}

int store_activity_add(struct store *store, const struct account_activity *more,
		       size_t count, struct error *error)
{
	struct additions additions = {store, more, count};

	return database_transaction(store->accounts, add_activity, &additions,
				    0, error);
}

int store_sending_block(struct store *store, const char *account_id, int64_t at,
			const char *reason, struct error *error)
{
	if (at <= 0)
		return error_set(error, "a block must have a time");
	if (store_check_text("reason", reason, ACCOUNT_BLOCK_REASON_BYTES,
			     error) < 0)
		return -1;
	return store_account_change(store, account_id, SENDING_BLOCK,
				    BINDINGS(bind_text(account_id),
					     bind_number(at),
					     bind_text(reason)),
				    error);
}

struct unblocking {
	struct store *store;
	const char *account_id;
};

static int unblock(void *context, struct error *error)
{
	const struct unblocking *unblocking = context;
	const struct binding id = bind_text(unblocking->account_id);

	if (database_change(unblocking->store->accounts, ACTIVITY_CLEAR_SENT,
			    BINDINGS(id), error) < 0)
		return -1;
	return store_account_change(unblocking->store, unblocking->account_id,
				    SENDING_UNBLOCK, BINDINGS(id), error);
}

int store_sending_unblock(struct store *store, const char *account_id,
			  struct error *error)
{
	struct unblocking unblocking = {store, account_id};

	return database_transaction(store->accounts, unblock, &unblocking, 1,
				    error);
}
