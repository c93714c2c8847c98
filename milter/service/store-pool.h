/* SPDX-License-Identifier: MIT
 *
 * A few store handles shared by many threads: a handle serves one thread at a
 * time, and there are far more SMTP sessions than look-ups under way.
 */
#ifndef ALUMNI_MILTER_SERVICE_STORE_POOL_H
#define ALUMNI_MILTER_SERVICE_STORE_POOL_H

#include "lib/account/account.h"
#include "lib/base/error.h"
#include "lib/store/store.h"
#include "milter/service/metrics.h"

/* A look-up that gets no handle in this time fails, and is deferred. */
#define STORE_POOL_WAIT_MSECS 5000

struct store_pool;

/* Makes a pool of count handles (accounts only). Calls are counted in metrics,
   which may be NULL. Returns 0, or -1 with an error. */
int store_pool_new(const char *location, unsigned int count,
		   struct metrics *metrics, struct store_pool **pool_r,
		   struct error *error);
/* Nobody may use the pool any more. */
void store_pool_free(struct store_pool **pool);

/* Opens every handle now, before anybody else uses the pool, so that a store
   that cannot be reached is found out. Returns 0, or -1 with an error; the pool
   then tries again whenever a handle is needed. */
int store_pool_open(struct store_pool *pool, struct error *error);

/* A handle that a thread has taken. */
struct store_handle {
	struct store *store;
	int64_t taken_at; /* by metrics_now() */
};

/* Takes a handle for one call of the store. Thread-safe; blocks until a handle
   is free, STORE_POOL_WAIT_MSECS at most. Returns 0, or -1 with an error: no
   handle was free in time, or the store cannot be opened. */
int store_pool_take(struct store_pool *pool, struct store_handle *handle_r,
		    struct error *error);

/* Gives the handle back with the result of the call, and returns that result.
   After a negative one the handle is opened anew before its next use. */
int store_pool_give(struct store_pool *pool, struct store_handle *handle,
		    int result);

/* store_account_by_local_part() on a handle of the pool: 1 found, 0 absent, -1
   failed with an error. */
int store_pool_account(struct store_pool *pool, const char *local_part,
		       struct account *account_r, struct error *error);
#endif
