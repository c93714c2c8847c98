/* SPDX-License-Identifier: MIT
 *
 * Many changes of the store as one: all of them, or none. Other programs can
 * read meanwhile. Their changes wait, and fail after
 * DATABASE_BUSY_TIMEOUT_MSECS.
 */
#ifndef ALUMNI_STORE_BATCH_H
#define ALUMNI_STORE_BATCH_H

#include "lib/store/store.h"

/* Begins a batch. A change that fails inside a batch leaves nothing of itself,
   and the batch goes on. Returns 0 or -1. */
int store_batch_begin(struct store *store, struct error *error);
/* Commits the batch, credentials first: a crash between the two databases
   leaves credentials without an account, which open nothing. Returns 0, or -1:
   then roll back. */
int store_batch_commit(struct store *store, struct error *error);
/* Ends the batch without its changes. Does nothing outside a batch. */
void store_batch_rollback(struct store *store);

#endif
