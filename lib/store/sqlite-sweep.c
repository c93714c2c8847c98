/* SPDX-License-Identifier: MIT
 *
 * Credentials of no account. The two databases do not commit as one: a crash
 * between the two leaves some, which open nothing, since an id is never given
 * out again, but are hashes that nobody has a reason to keep.
 */
#include <stdio.h>

#include "lib/store/sqlite.h"

/* So many are looked at while other writers wait. */
#define SWEEP_OWNERS 200

struct owners {
	char ids[SWEEP_OWNERS][ACCOUNT_ID_BYTES];
	size_t count;
};

/* The next owners of credentials after that id. */
static int list_owners(struct database *database, const char *after,
		       struct owners *owners_r, struct error *error)
{
	sqlite3_stmt *rows = database_query(
		database, CREDENTIALS_OWNERS,
		BINDINGS(bind_text(after), bind_number(SWEEP_OWNERS)), error);
	int result = rows == NULL ? -1 : 1;

	owners_r->count = 0;
	while (result > 0 && owners_r->count < SWEEP_OWNERS) {
		result = database_step(database, rows, error);
		if (result > 0 && database_text(database, rows, 0,
						owners_r->ids[owners_r->count],
						ACCOUNT_ID_BYTES, error) < 0)
			result = -1;
		if (result > 0)
			owners_r->count++;
	}
	if (rows != NULL)
		database_finish(rows);
	return result < 0 ? -1 : 0;
}

/* Returns how many of them had no account, or -1. */
static int64_t sweep_owners(struct store *store, const struct owners *owners,
			    struct error *error)
{
	struct account account;
	int64_t removed = 0;

	for (size_t i = 0; i < owners->count; i++) {
		switch (sqlite_find_account(store, ACCOUNT_EVEN_DELETED,
					    owners->ids[i], &account, error)) {
		case 1:
			break;
		case 0:
			if (sqlite_credentials_delete(store_sqlite_of(store),
						      owners->ids[i],
						      error) < 0)
				return -1;
			removed++;
			break;
		default:
			return -1;
		}
	}
	return removed;
}

int64_t sqlite_credentials_sweep(struct store *store, struct error *error)
{
	struct store_sqlite *sqlite = store_sqlite_of(store);
	char after[ACCOUNT_ID_BYTES] = "";
	int64_t removed = 0, more;
	struct owners owners;

	do {
		/* Whoever adds an account holds this lock until it is there,
		   so one that is half added is not seen without it. */
		if (database_begin(&sqlite->accounts, error) < 0)
			return -1;
		more = list_owners(&sqlite->credentials, after, &owners, error);
		if (more == 0)
			more = sweep_owners(store, &owners, error);
		database_rollback(&sqlite->accounts);
		if (more < 0)
			return -1;
		removed += more;
		if (owners.count > 0)
			(void)snprintf(after, sizeof(after), "%s",
				       owners.ids[owners.count - 1]);
	} while (owners.count == SWEEP_OWNERS);
	return removed;
}
