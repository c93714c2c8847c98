/* SPDX-License-Identifier: MIT
 *
 * Forwarding that waits until its address is confirmed with a code: one for
 * each account at most.
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

/* 1 found, 0 nothing waits (or no longer), -1 failed. */
int store_pending_forward(struct store *store, const char *account_id,
			  int64_t now, struct pending_forward *pending_r,
			  struct error *error);

/* Puts it in the place of what waited before. 1 done, 0 no such account, -1
   failed. */
int store_pending_forward_set(struct store *store, const char *account_id,
			      const struct pending_forward *pending,
			      struct error *error);

/* 1 done, 0 nothing waits, -1 failed. */
int store_pending_forward_keep_copy(struct store *store, const char *account_id,
				    bool keep_copy, struct error *error);

/* Counts one try of a code before it is looked at, so that no more than max
   are ever looked at, however many come at a time. 1 try it, 0 there were max,
   or nothing waits, -1 failed. */
int store_pending_forward_try(struct store *store, const char *account_id,
			      unsigned int max, struct error *error);

/* The code with this hash was right: the forwarding is in force, and waits no
   longer. 1 done, 0 something else waits by now, or nothing, -1 failed. */
int store_pending_forward_confirm(struct store *store, const char *account_id,
				  const char *code_hash, struct error *error);

/* Gives it up. 1 done, 0 nothing waited, -1 failed. */
int store_pending_forward_clear(struct store *store, const char *account_id,
				struct error *error);

#endif
