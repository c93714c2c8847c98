/* SPDX-License-Identifier: MIT
 *
 * What may be done only so often; see lib/store/attempts.h.
 */
#include "lib/store/attempts.h"

#include "lib/store/backend.h"
#include "lib/store/checks.h"

int store_attempt_take(struct store *store, const char *account_id,
		       const struct attempts_limit *limit, int64_t now,
		       int64_t *until_r, struct error *error)
{
	if (store_check_credentials(store, error) < 0)
		return -1;
	return store->backend->attempt_take(store, account_id, limit, now,
					    until_r, error);
}

int store_attempts_clear(struct store *store, const char *account_id,
			 const char *what, struct error *error)
{
	if (store_check_credentials(store, error) < 0)
		return -1;
	return store->backend->attempts_clear(store, account_id, what, error);
}

int store_attempt_give_back(struct store *store, const char *account_id,
			    const char *what, struct error *error)
{
	if (store_check_credentials(store, error) < 0)
		return -1;
	return store->backend->attempt_give_back(store, account_id, what,
						 error);
}
