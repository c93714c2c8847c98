/* SPDX-License-Identifier: MIT
 *
 * Forwarding that waits for its code; see lib/store/pending.h.
 */
#include "lib/store/pending.h"

#include <string.h>

#include "lib/store/handle.h"

int store_pending_forward(struct store *store, const char *account_id,
			  int64_t now, struct pending_forward *pending_r,
			  struct error *error)
{
	memset(pending_r, 0, sizeof(*pending_r));
	return database_find(store->accounts, PENDING_OF,
			     BINDINGS(bind_text(account_id), bind_number(now)),
			     pending_r, error);
}

/* A change of what waits, with its entry in the trail. */
struct waiting {
	struct store *store;
	const char *account_id;
	const struct pending_forward *pending; /* NULL = it is given up */
};

static int change_waiting(void *context, struct error *error)
{
	const struct waiting *waiting = context;
	const struct pending_forward *pending = waiting->pending;
	struct database *database = waiting->store->accounts;
	const struct binding id = bind_text(waiting->account_id);
	int result =
		pending == NULL
			? database_change(database, PENDING_CLEAR, BINDINGS(id),
					  error)
			: database_change(
				  database, PENDING_SET,
				  BINDINGS(id, bind_text(pending->address),
					   bind_switch(pending->keep_copy),
					   bind_text(pending->code_hash),
					   bind_number(pending->expires_at)),
				  error);

	if (result > 0 &&
	    store_audit_write(
		    waiting->store, waiting->account_id, AUDIT_FORWARD_PENDING,
		    pending == NULL ? "given up" : pending->address, error) < 0)
		result = -1;
	return result;
}

int store_pending_forward_set(struct store *store, const char *account_id,
			      const struct pending_forward *pending,
			      struct error *error)
{
	struct waiting waiting = {store, account_id, pending};

	if (pending->address[0] == '\0' || pending->code_hash[0] == '\0')
		return error_set(error, "forwarding cannot wait without an "
					"address and a code");
	return database_transaction(store->accounts, change_waiting, &waiting,
				    1, error);
}

int store_pending_forward_clear(struct store *store, const char *account_id,
				struct error *error)
{
	struct waiting waiting = {store, account_id, NULL};

	return database_transaction(store->accounts, change_waiting, &waiting,
				    1, error);
}

int store_pending_forward_keep_copy(struct store *store, const char *account_id,
				    bool keep_copy, struct error *error)
{
	return database_change(
		store->accounts, PENDING_KEEP_COPY,
		BINDINGS(bind_text(account_id), bind_switch(keep_copy)), error);
}

int store_pending_forward_try(struct store *store, const char *account_id,
			      unsigned int max, struct error *error)
{
	return database_change(
		store->accounts, PENDING_TRY,
		BINDINGS(bind_text(account_id), bind_number(max)), error);
}

struct confirmation {
	struct store *store;
	const char *account_id;
	const char *code_hash;
};

static int confirm(void *context, struct error *error)
{
	const struct confirmation *confirmation = context;
	const struct binding id = bind_text(confirmation->account_id);
	int result = store_account_change(
		confirmation->store, confirmation->account_id, PENDING_CONFIRM,
		BINDINGS(id, bind_text(confirmation->code_hash)), error);

	if (result > 0 &&
	    database_change(confirmation->store->accounts, PENDING_CLEAR,
			    BINDINGS(id), error) < 0)
		result = -1;
	return result;
}

int store_pending_forward_confirm(struct store *store, const char *account_id,
				  const char *code_hash, struct error *error)
{
	struct confirmation confirmation = {store, account_id, code_hash};

	return database_transaction(store->accounts, confirm, &confirmation, 1,
				    error);
}
