/* SPDX-License-Identifier: MIT
 *
 * Shared store handles; see milter/service/store-pool.h.
 */
#include "milter/service/store-pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/store/audit.h"

struct store_pool {
	char *location;
	struct metrics *metrics;
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
		   struct metrics *metrics, struct store_pool **pool_r,
		   struct error *error)
{
	struct store_pool *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		return error_set(error, "out of memory");
	init_locks(pool);
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

/* What is to be done with a handle. */
struct request {
	int (*run)(struct store *store, const struct request *request,
		   struct error *error);
	const char *key;
	void *result;
	size_t count;
	int64_t at;
	const char *reason;
};

/* Runs the request on a handle. A handle that failed is closed: what made it
   fail, a file that was replaced say, may be its alone. */
static int run_request(struct store_pool *pool, const struct request *request,
		       struct error *error)
{
	int64_t began = metrics_now();
	struct store *store = NULL;
	int ret = -1;

	if (take_place(pool, &store, error) == 0) {
		if (store != NULL || store_open(pool->location, STORE_ACCOUNTS,
						&store, error) == 0)
			ret = request->run(store, request, error);
		if (ret < 0 && store != NULL)
			store_close(&store);
		give_place(pool, store);
	}
	metrics_time(pool->metrics, METRICS_TIME_STORE, began);
	if (ret < 0)
		metrics_count(pool->metrics, METRICS_STORE_ERRORS);
	return ret;
}

static int find_by_local_part(struct store *store,
			      const struct request *request,
			      struct error *error)
{
	return store_account_by_local_part(store, request->key, request->result,
					   error);
}

static int find_by_name(struct store *store, const struct request *request,
			struct error *error)
{
	return store_account_by_name(store, request->key, request->result,
				     error);
}

static int read_activity(struct store *store, const struct request *request,
			 struct error *error)
{
	return store_activity(store, request->key, request->result, error);
}

static int add_activity(struct store *store, const struct request *request,
			struct error *error)
{
	return store_activity_add(store, request->result, request->count,
				  error);
}

static int block_sending(struct store *store, const struct request *request,
			 struct error *error)
{
	return store_sending_block(store, request->key, request->at,
				   request->reason, error);
}

int store_pool_account(struct store_pool *pool, const char *local_part,
		       struct account *account_r, struct error *error)
{
	const struct request request = {
		.run = find_by_local_part,
		.key = local_part,
		.result = account_r,
	};

	return run_request(pool, &request, error);
}

int store_pool_login(struct store_pool *pool, const char *name,
		     struct account *account_r, struct error *error)
{
	const struct request request = {
		.run = find_by_name,
		.key = name,
		.result = account_r,
	};

	return run_request(pool, &request, error);
}

int store_pool_activity(struct store_pool *pool, const char *account_id,
			struct activity *activity_r, struct error *error)
{
	const struct request request = {
		.run = read_activity,
		.key = account_id,
		.result = activity_r,
	};

	return run_request(pool, &request, error);
}

static int read_passwords_changed_at(struct store *store,
				     const struct request *request,
				     struct error *error)
{
	return store_passwords_changed_at(store, request->key, request->result,
					  error);
}

int store_pool_passwords_changed_at(struct store_pool *pool,
				    const char *account_id, int64_t *at_r,
				    struct error *error)
{
	const struct request request = {
		.run = read_passwords_changed_at,
		.key = account_id,
		.result = at_r,
	};

	return run_request(pool, &request, error);
}

int store_pool_activity_add(struct store_pool *pool,
			    const struct account_activity *more, size_t count,
			    struct error *error)
{
	const struct request request = {
		.run = add_activity,
		/* Only read there. */
		.result = (void *)more,
		.count = count,
	};

	return run_request(pool, &request, error);
}

int store_pool_sending_block(struct store_pool *pool, const char *account_id,
			     int64_t at, const char *reason,
			     struct error *error)
{
	const struct request request = {
		.run = block_sending,
		.key = account_id,
		.at = at,
		.reason = reason,
	};

	return run_request(pool, &request, error);
}
