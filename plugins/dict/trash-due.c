/* SPDX-License-Identifier: MIT
 *
 * The accounts whose Trash is due for expiry; see trash-due.h.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/mail/retention.h"
#include "lib/configuration/limits.h"
#include "lib/store/store.h"
#include "plugins/dict/trash-due.h"

#define TRASH_DUE_PAGE_ACCOUNTS 100

struct trash_due {
	struct dict_backend *backend;
	int64_t now;
	int64_t cutoff;
	struct account accounts[TRASH_DUE_PAGE_ACCOUNTS];
	size_t count, next;
	bool last_page;
	/* Where the last page ended. */
	int64_t after_oldest;
	char after_id[ACCOUNT_ID_BYTES];
};

struct trash_due *trash_due_new(struct dict_backend *backend, int64_t now)
{
	struct trash_due *due = calloc(1, sizeof(*due));
	int64_t shortest;

	if (due == NULL)
		abort();
	due->backend = backend;
	due->now = now;
	/* The query leaves out those that no class would call due; which of
	   the rest are, depends on the class of each. */
	shortest =
		limits_shortest_retention(dict_backend_configuration(backend));
	due->cutoff = retention_cutoff(now, shortest);
	return due;
}

void trash_due_free(struct trash_due **_due)
{
	free(*_due);
	*_due = NULL;
}

/* Returns 1 read, 0 there is no further page, -1 failed. */
static int read_page(struct trash_due *due, struct error *error)
{
	struct store *store;
	const struct account *last;

	if (due->last_page)
		return 0;
	store = dict_backend_store(due->backend, error);
	if (store == NULL)
		return -1;
	due->next = 0;
	due->count = 0;
	if (store_trash_older_than(store, due->cutoff, due->now,
				   due->after_oldest, due->after_id,
				   due->accounts, TRASH_DUE_PAGE_ACCOUNTS,
				   &due->count, error) < 0) {
		dict_backend_store_failed(due->backend);
		return -1;
	}
	due->last_page = due->count < TRASH_DUE_PAGE_ACCOUNTS;
	if (due->count > 0) {
		last = &due->accounts[due->count - 1];
		due->after_oldest = last->trash_oldest;
		snprintf(due->after_id, sizeof(due->after_id), "%s", last->id);
	}
	return 1;
}

int trash_due_next(struct trash_due *due, const struct account **account_r,
		   int64_t *retention_r, struct error *error)
{
	const struct configuration *configuration =
		dict_backend_configuration(due->backend);
	const struct account *account;
	int ret;

	for (;;) {
		if (due->next == due->count) {
			ret = read_page(due, error);
			if (ret <= 0)
				return ret;
			continue;
		}
		account = &due->accounts[due->next++];
		*retention_r = limits_retention(account, configuration);
		if (retention_is_due(account->trash_oldest, due->now,
				     *retention_r)) {
			*account_r = account;
			return 1;
		}
	}
}
