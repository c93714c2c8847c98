/* SPDX-License-Identifier: MIT
 *
 * What may be done only so often; see lib/store/attempts.h.
 */
#include "lib/store/attempts.h"

#include "lib/store/checks.h"
#include "lib/store/handle.h"

struct taking {
	struct database *database;
	const char *account_id;
	const struct attempts_limit *limit;
	int64_t now;
	int64_t until; /* the result */
};

static int take_attempt(void *context, struct error *error)
{
	struct taking *taking = context;
	const struct attempts_limit *limit = taking->limit;
	const struct binding id = bind_text(taking->account_id);
	const struct binding what = bind_text(limit->what);
	struct attempts taken = {0};

	if (database_find(taking->database, ATTEMPTS_OF, BINDINGS(id, what),
			  &taken, error) < 0)
		return -1;
	/* A time to come is one of a clock that was put right since. */
	if (taken.count == 0 || taken.since > taking->now ||
	    taking->now - taken.since >= limit->window_seconds)
		taken = (struct attempts){.since = taking->now};
	taking->until = taken.since + limit->window_seconds;
	if (taken.count >= (int64_t)limit->max)
		return 0;
	taken.count++;
	if (taken.count == (int64_t)limit->max)
		taken.since = taking->now;
	return database_change(taking->database, ATTEMPTS_SET,
			       BINDINGS(id, what, bind_number(taken.since),
					bind_number(taken.count)),
			       error);
}

int store_attempt_take(struct store *store, const char *account_id,
		       const struct attempts_limit *limit, int64_t now,
		       int64_t *until_r, struct error *error)
{
	struct taking taking = {store->credentials, account_id, limit, now, 0};
	int result;

	if (store_check_credentials(store, error) < 0)
		return -1;
	result = database_transaction(store->credentials, take_attempt, &taking,
				      1, error);
	*until_r = taking.until;
	return result;
}

static int change(struct store *store, enum credentials_statement statement,
		  const char *account_id, const char *what, struct error *error)
{
	if (store_check_credentials(store, error) < 0 ||
	    database_change(store->credentials, statement,
			    BINDINGS(bind_text(account_id), bind_text(what)),
			    error) < 0)
		return -1;
	return 0;
}

int store_attempts_clear(struct store *store, const char *account_id,
			 const char *what, struct error *error)
{
	return change(store, ATTEMPTS_CLEAR, account_id, what, error);
}

int store_attempt_give_back(struct store *store, const char *account_id,
			    const char *what, struct error *error)
{
	return change(store, ATTEMPTS_GIVE_BACK, account_id, what, error);
}
