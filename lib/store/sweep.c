/* SPDX-License-Identifier: MIT
 *
 * Credentials of no account; see lib/store/deleted.h. The two databases do not
 * commit as one: a crash between the two leaves some. They open nothing, since
 * an id is never given out again, but nobody has a reason to keep such hashes.
 */
#include <string.h>

#include "lib/store/checks.h"
#include "lib/store/deleted.h"
#include "lib/store/handle.h"

/* So many are looked at while other writers wait. */
#define SWEEP_OWNERS 200

/* Returns how many of them had no account, or -1. */
static int64_t sweep_owners(struct store *store,
			    const struct credentials_owner *owners,
			    size_t count, struct error *error)
{
	int64_t removed = 0;

	for (size_t i = 0; i < count; i++) {
		const char *id = owners[i].account_id;
		int found =
			database_exists(store->accounts, ACCOUNT_EVEN_DELETED,
					BINDINGS(bind_text(id)), error);

		if (found < 0)
			return -1;
		if (found > 0)
			continue;
		if (store_credentials_delete(store, id, error) < 0)
			return -1;
		removed++;
	}
	return removed;
}

/* Looks at the next owners after *last, and changes that. Returns how many had
   no account, or -1; *count_r tells how many there were. */
static int64_t sweep_page(struct store *store, struct credentials_owner *last,
			  size_t *count_r, struct error *error)
{
	struct credentials_owner owners[SWEEP_OWNERS];
	int64_t removed = -1;

	/* Whoever adds an account with credentials does so in a transaction, so
	   an account that is half added is not taken for an absent one. */
	if (database_begin_alone(store->accounts, error) < 0)
		return -1;
	if (database_list(store->credentials, CREDENTIALS_OWNERS,
			  BINDINGS(bind_text(last->account_id),
				   bind_number(SWEEP_OWNERS)),
			  owners, SWEEP_OWNERS, count_r, error) >= 0)
		removed = sweep_owners(store, owners, *count_r, error);
	database_rollback(store->accounts);
	if (*count_r > 0)
		*last = owners[*count_r - 1];
	return removed;
}

int64_t store_credentials_sweep(struct store *store, struct error *error)
{
	struct credentials_owner last = {""};
	int64_t removed = 0;
	size_t count = 0;

	if (store_check_credentials(store, error) < 0)
		return -1;
	do {
		int64_t more = sweep_page(store, &last, &count, error);

		if (more < 0)
			return -1;
		removed += more;
	} while (count == SWEEP_OWNERS);
	return removed;
}
