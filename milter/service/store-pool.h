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

/* These block for a handle and for the store, and are thread-safe. A handle
   that failed is opened anew before it is used again. */

/* As store_account_by_local_part(): 1 found, 0 absent, -1 failed. */
int store_pool_account(struct store_pool *pool, const char *local_part,
		       struct account *account_r, struct error *error);
/* As store_account_by_name(): for logins. */
int store_pool_login(struct store_pool *pool, const char *name,
		     struct account *account_r, struct error *error);
/* As the functions of the store that they are named for. */
int store_pool_activity(struct store_pool *pool, const char *account_id,
			struct activity *activity_r, struct error *error);
int store_pool_activity_add(struct store_pool *pool,
			    const struct account_activity *more, size_t count,
			    struct error *error);
int store_pool_passwords_changed_at(struct store_pool *pool,
				    const char *account_id, int64_t *at_r,
				    struct error *error);
int store_pool_sending_block(struct store_pool *pool, const char *account_id,
			     int64_t at, const char *reason,
			     struct error *error);

#endif
