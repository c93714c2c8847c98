/* SPDX-License-Identifier: MIT
 *
 * All accounts in order of name; see account-walk.h.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "lib/store/store.h"
#include "plugins/dict/account-walk.h"

#define ACCOUNT_WALK_PAGE 100

struct account_walk {
	struct dict_backend *backend;
	struct account accounts[ACCOUNT_WALK_PAGE];
	/* Where the last page ended; at first one without a name. */
	struct account last;
	size_t count, next;
	bool last_page;
};

struct account_walk *account_walk_new(struct dict_backend *backend)
{
	struct account_walk *walk = calloc(1, sizeof(*walk));

	if (walk == NULL)
		abort();
	walk->backend = backend;
	return walk;
}

void account_walk_free(struct account_walk **_walk)
{
	free(*_walk);
	*_walk = NULL;
}

/* Returns 0, or -1. */
static int read_page(struct account_walk *walk, struct error *error)
{
	struct store *store = dict_backend_store(walk->backend, error);

	if (store == NULL)
		return -1;
	walk->next = 0;
	if (store_accounts_after(store, walk->last.name, walk->accounts,
				 ACCOUNT_WALK_PAGE, &walk->count, error) < 0) {
		walk->count = 0;
		dict_backend_store_failed(walk->backend);
		return -1;
	}
	walk->last_page = walk->count < ACCOUNT_WALK_PAGE;
	if (walk->count > 0)
		walk->last = walk->accounts[walk->count - 1];
	return 0;
}

int account_walk_next(struct account_walk *walk,
		      const struct account **account_r, struct error *error)
{
	if (walk->next == walk->count && !walk->last_page &&
	    read_page(walk, error) < 0)
		return -1;
	if (walk->next == walk->count)
		return 0;
	*account_r = &walk->accounts[walk->next++];
	return 1;
}
