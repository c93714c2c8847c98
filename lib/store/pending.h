/* SPDX-License-Identifier: MIT
 *
 * Forwarding that waits until its address is confirmed with a code. At most one
 * waits for each account.
 */
#ifndef ALUMNI_STORE_PENDING_H
#define ALUMNI_STORE_PENDING_H

#include "lib/password/app-password.h"
#include "lib/store/store.h"

struct pending_forward {
	char address[ADDRESS_BYTES];
	bool keep_copy;
	char code_hash[APP_PASSWORD_HASH_BYTES];
	int64_t expires_at;    /* Unix seconds */
	unsigned int attempts; /* codes that were tried */
};

/* Reads what waits. Returns 1 found, 0 nothing waits (any longer), -1
   failed. */
int store_pending_forward(struct store *store, const char *account_id,
			  int64_t now, struct pending_forward *pending_r,
			  struct error *error);

/* Lets this forwarding wait, in the place of what waited before, with no code
   tried yet. Returns 1 done, 0 no such account, -1 failed. */
int store_pending_forward_set(struct store *store, const char *account_id,
			      const struct pending_forward *pending,
			      struct error *error);

/* Changes whether the forwarding that waits keeps a copy. Returns 1 done, 0
   nothing waits, -1 failed. */
int store_pending_forward_keep_copy(struct store *store, const char *account_id,
				    bool keep_copy, struct error *error);

/* Counts one try of a code before the caller compares the code, so that no more
   than max codes are compared, however many come at the same time. Returns 1
   compare it, 0 there were max or nothing waits, -1 failed. */
int store_pending_forward_try(struct store *store, const char *account_id,
			      unsigned int max, struct error *error);

/* Puts the forwarding with this hash of its code in force; it waits no longer.
   Returns 1 done, 0 something else waits by now, or nothing, -1 failed. */
int store_pending_forward_confirm(struct store *store, const char *account_id,
				  const char *code_hash, struct error *error);

/* Drops what waits. Returns 1 done, 0 nothing waited, -1 failed. */
int store_pending_forward_clear(struct store *store, const char *account_id,
				struct error *error);

#endif
