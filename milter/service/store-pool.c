/* SPDX-License-Identifier: MIT
 *
 * Shared store handles; see milter/service/store-pool.h.
 */
#include "milter/service/store-pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"

struct store_pool {
	char *location;
	struct metrics *metrics;
	pthread_mutex_t mutex;
	pthread_cond_t given_back;
	/* The handles that are free: free_count of them, on a stack, so that
	   the same few stay warm. NULL is a handle to be opened anew. */
	struct store **free;
	unsigned int free_count;
	unsigned int count;
};

int store_pool_new(const char *location, unsigned int count,
		   struct metrics *metrics, struct store_pool **pool_r,
		   struct error *error)
{
	struct store_pool *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		return error_set(error, "out of memory");
	thread_condition_init(&pool->mutex, &pool->given_back);
	pool->metrics = metrics;
	pool->location = strdup(location);
	pool->free = calloc(count, sizeof(struct store *));
	if (pool->location == NULL || pool->free == NULL) {
		store_pool_free(&pool);
		return error_set(error, "out of memory");
	}
	pool->count = pool->free_count = count;
	*pool_r = pool;
	return 0;
}

int store_pool_open(struct store_pool *pool, struct error *error)
{
	for (unsigned int i = 0; i < pool->count; i++) {
		if (store_open(pool->location, STORE_ACCOUNTS, &pool->free[i],
			       error) < 0) {
			pool->free[i] = NULL;
			return -1;
		}
	}
	return 0;
}

void store_pool_free(struct store_pool **pool)
{
	if (*pool == NULL)
		return;
	for (unsigned int i = 0; i < (*pool)->free_count; i++) {
		if ((*pool)->free[i] != NULL)
			store_close(&(*pool)->free[i]);
	}
	thread_condition_destroy(&(*pool)->mutex, &(*pool)->given_back);
	free((*pool)->free);
	free((*pool)->location);
	free(*pool);
	*pool = NULL;
}

/* Takes a place from the stack; *store_r may be NULL. Returns 0 or -1. */
static int take_place(struct store_pool *pool, struct store **store_r,
		      struct error *error)
{
	const struct timespec deadline = clock_deadline(STORE_POOL_WAIT_MSECS);
	int ret = 0;

	(void)pthread_mutex_lock(&pool->mutex);
	while (pool->free_count == 0 && ret != ETIMEDOUT)
		ret = pthread_cond_timedwait(&pool->given_back, &pool->mutex,
					     &deadline);
	if (pool->free_count > 0) {
		*store_r = pool->free[--pool->free_count];
		ret = 0;
	}
	(void)pthread_mutex_unlock(&pool->mutex);
	if (ret != 0)
		return error_set(error,
				 "all %u store handles were in use for %d ms: "
				 "raise milter_store_handles, or see why the "
				 "store is slow",
				 pool->count, STORE_POOL_WAIT_MSECS);
	return 0;
}

static void give_place(struct store_pool *pool, struct store *store)
{
	(void)pthread_mutex_lock(&pool->mutex);
	pool->free[pool->free_count++] = store;
	(void)pthread_cond_signal(&pool->given_back);
	(void)pthread_mutex_unlock(&pool->mutex);
}

int store_pool_take(struct store_pool *pool, struct store_handle *handle_r,
		    struct error *error)
{
	int result;

	*handle_r = (struct store_handle){.taken_at = metrics_now()};
	if (take_place(pool, &handle_r->store, error) < 0) {
		metrics_time(pool->metrics, METRICS_TIME_STORE,
			     handle_r->taken_at);
		metrics_count(pool->metrics, METRICS_STORE_ERRORS);
		return -1;
	}
	if (handle_r->store != NULL)
		return 0;
	result = store_open(pool->location, STORE_ACCOUNTS, &handle_r->store,
			    error);
	return result < 0 ? store_pool_give(pool, handle_r, result) : 0;
}

int store_pool_give(struct store_pool *pool, struct store_handle *handle,
		    int result)
{
	/* The cause may be the handle's alone, as when a file was replaced. */
	if (result < 0 && handle->store != NULL)
		store_close(&handle->store);
	give_place(pool, handle->store);
	handle->store = NULL;
	metrics_time(pool->metrics, METRICS_TIME_STORE, handle->taken_at);
	if (result < 0)
		metrics_count(pool->metrics, METRICS_STORE_ERRORS);
	return result;
}

int store_pool_account(struct store_pool *pool, const char *local_part,
		       struct account *account_r, struct error *error)
{
	struct store_handle handle;

	if (store_pool_take(pool, &handle, error) < 0)
		return -1;
	return store_pool_give(pool, &handle,
			       store_account_by_local_part(handle.store,
							   local_part,
							   account_r, error));
}
