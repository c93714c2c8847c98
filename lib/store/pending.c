/* SPDX-License-Identifier: MIT
 *
 * Forwarding that waits for its code; see lib/store/pending.h.
 */
#include "lib/store/pending.h"

#include "lib/store/backend.h"

int store_pending_forward(struct store *store, const char *account_id,
			  int64_t now, struct pending_forward *pending_r,
			  struct error *error)
{
	return store->backend->pending_forward(store, account_id, now,
					       pending_r, error);
}

int store_pending_forward_set(struct store *store, const char *account_id,
			      const struct pending_forward *pending,
			      struct error *error)
{
	if (pending->address[0] == '\0' || pending->code_hash[0] == '\0')
		return error_set(error, "forwarding cannot wait without an "
					"address and a code");
	return store->backend->pending_forward_set(store, account_id, pending,
						   error);
}

int store_pending_forward_keep_copy(struct store *store, const char *account_id,
				    bool keep_copy, struct error *error)
{
	return store->backend->pending_forward_keep_copy(store, account_id,
							 keep_copy, error);
}

int store_pending_forward_try(struct store *store, const char *account_id,
			      unsigned int max, struct error *error)
{
	return store->backend->pending_forward_try(store, account_id, max,
						   error);
}

int store_pending_forward_confirm(struct store *store, const char *account_id,
				  const char *code_hash, struct error *error)
{
	return store->backend->pending_forward_confirm(store, account_id,
						       code_hash, error);
}

int store_pending_forward_clear(struct store *store, const char *account_id,
				struct error *error)
{
	return store->backend->pending_forward_clear(store, account_id, error);
}
