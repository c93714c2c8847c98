/* SPDX-License-Identifier: MIT
 *
 * Shared store handles; see store-pool.h.
 */
#include "milter/store-pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/store.h"

struct store_pool {
	char *location;
	pthread_mutex_t mutex;
	pthread_cond_t given_back;
	/* The handles that nobody uses: free_count of them, on a stack, so that
	   the same few stay warm. NULL is one to be opened anew. */
	struct store **free;
	unsigned int free_count;
	unsigned int count;
};

/* Waits are measured on a clock that nobody can set. Locks and conditions
   need no memory with glibc, so making them cannot fail. */
static void init_locks(struct store_pool *pool)
{
	pthread_condattr_t attributes;

	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&pool->given_back, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	(void)pthread_mutex_init(&pool->mutex, NULL);
}

int store_pool_new(const char *location, unsigned int count,
		   struct store_pool **pool_r, struct error *error)
{
	struct store_pool *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		return error_set(error, "out of memory");
	init_locks(pool);
	pool->location = strdup(location);
	pool->free = calloc(count, sizeof(struct store *));
	if (pool->location == NULL || pool->free == NULL) {
		store_pool_free(&pool);
		return error_set(error, "out of memory");
	}
	for (; pool->count < count; pool->count++) {
		if (store_open(location, STORE_ACCOUNTS,
			       &pool->free[pool->count], error) < 0) {
			store_pool_free(&pool);
			return -1;
		}
		pool->free_count++;
	}
	*pool_r = pool;
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
	(void)pthread_cond_destroy(&(*pool)->given_back);
	(void)pthread_mutex_destroy(&(*pool)->mutex);
	free((*pool)->free);
	free((*pool)->location);
	free(*pool);
	*pool = NULL;
}

static struct timespec deadline_after(long msecs)
{
	struct timespec deadline;

	(void)clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += msecs / 1000;
	deadline.tv_nsec += msecs % 1000 * 1000000;
	if (deadline.tv_nsec >= 1000000000) {
		deadline.tv_sec++;
		deadline.tv_nsec -= 1000000000;
	}
	return deadline;
}

/* Takes a place from the stack; *store_r may be NULL. Returns 0 or -1. */
static int take_place(struct store_pool *pool, struct store **store_r,
		      struct error *error)
{
	struct timespec deadline = deadline_after(STORE_POOL_WAIT_MSECS);
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

int store_pool_account(struct store_pool *pool, const char *name,
		       struct account *account_r, struct error *error)
{
	struct store *store;
	int ret = -1;

	if (take_place(pool, &store, error) < 0)
		return -1;
	if (store != NULL ||
	    store_open(pool->location, STORE_ACCOUNTS, &store, error) == 0)
		ret = store_account_by_name(store, name, account_r, error);
	if (ret < 0 && store != NULL)
		store_close(&store);
	give_place(pool, store);
	return ret;
}
