/* SPDX-License-Identifier: MIT
 *
 * Many changes of the store as one: all of them, or none. Other programs can
 * read meanwhile, but whoever changes something waits, and fails after
 * DATABASE_BUSY_TIMEOUT_MSECS.
 */
#ifndef ALUMNI_STORE_BATCH_H
#define ALUMNI_STORE_BATCH_H

#include "lib/store/store.h"

/* Each returns 0 or -1. Within a batch, a change that fails leaves nothing of
   itself, and the batch goes on. */
int store_batch_begin(struct store *store, struct error *error);
/* Credentials first: a crash between the two files leaves credentials without
   an account, which open nothing. After a failure, roll back. */
int store_batch_commit(struct store *store, struct error *error);
void store_batch_rollback(struct store *store);

#endif
