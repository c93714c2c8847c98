/* SPDX-License-Identifier: MIT
 *
 * A few store handles shared by many threads: a handle serves one thread at a
 * time, and there are far more SMTP sessions than look-ups under way.
 */
#ifndef ALUMNI_MILTER_STORE_POOL_H
#define ALUMNI_MILTER_STORE_POOL_H

#include "lib/account.h"
#include "lib/error.h"

/* A look-up that gets no handle in this time fails, and is deferred. */
#define STORE_POOL_WAIT_MSECS 5000

struct store_pool;

/* Opens count handles (accounts only) at once, so that a store that cannot be
   reached is found out now. Returns 0, or -1 with an error. */
int store_pool_new(const char *location, unsigned int count,
		   struct store_pool **pool_r, struct error *error);
/* Nobody may use the pool any more. */
void store_pool_free(struct store_pool **pool);

/* As store_account_by_name(): 1 found, 0 absent, -1 failed. Blocks for a
   handle and for the store. A handle that failed is opened anew before it is
   used again. Thread-safe. */
int store_pool_account(struct store_pool *pool, const char *name,
		       struct account *account_r, struct error *error);

#endif
