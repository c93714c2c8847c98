/* SPDX-License-Identifier: MIT
 *
 * Counts on their way to the store; see milter/service/activity-counter.h.
 */
#include "milter/service/activity-counter.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "milter/service/log.h"
#include "lib/base/clock.h"
#include "lib/base/thread.h"

#define BUCKETS 1024 /* a power of two */

struct entry {
	struct entry *next;
	struct account_activity counted;
};

struct activity_counter {
	struct store_pool *pool;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	bool stopping;
	/* Why the last write failed; empty if it worked. A reason is logged
	   once, until it changes or a write works. */
	struct error failure;
	struct entry *buckets[BUCKETS];
	size_t count;
};

/* Ids are random hexadecimal digits already. */
static size_t bucket_of(const char *account_id)
{
	size_t hash = 0;

	for (int i = 0; i < 8 && account_id[i] != '\0'; i++)
		hash = 31 * hash + (unsigned char)account_id[i];
	return hash % BUCKETS;
}

/* Under the lock. */
static struct entry *find(struct activity_counter *counter,
			  const char *account_id)
{
	struct entry *entry = counter->buckets[bucket_of(account_id)];

	while (entry != NULL &&
	       strcmp(entry->counted.account_id, account_id) != 0)
		entry = entry->next;
	return entry;
}

/* Under the lock. Returns NULL when there is no room. */
static struct entry *find_or_make(struct activity_counter *counter,
				  const char *account_id)
{
	struct entry **bucket = &counter->buckets[bucket_of(account_id)];
	struct entry *entry = find(counter, account_id);
	size_t length = strlen(account_id);

	if (entry != NULL || counter->count >= ACTIVITY_COUNTER_ACCOUNTS_MAX ||
	    length >= sizeof(entry->counted.account_id))
		return entry;
	entry = calloc(1, sizeof(*entry));
	if (entry == NULL)
		return NULL;
	memcpy(entry->counted.account_id, account_id, length + 1);
	entry->next = *bucket;
	*bucket = entry;
	counter->count++;
	return entry;
}

void activity_counter_add(struct activity_counter *counter,
			  const char *account_id, const struct activity *more)
{
	struct entry *entry;

	(void)pthread_mutex_lock(&counter->mutex);
	entry = find_or_make(counter, account_id);
	if (entry != NULL)
		activity_add(&entry->counted.activity, more);
	(void)pthread_mutex_unlock(&counter->mutex);
}

static int read_stored(struct store_pool *pool, const char *account_id,
		       struct activity *activity_r, struct error *error)
{
	struct store_handle handle;

	if (store_pool_take(pool, &handle, error) < 0)
		return -1;
	return store_pool_give(
		pool, &handle,
		store_activity(handle.store, account_id, activity_r, error));
}

int activity_counter_read(struct activity_counter *counter,
			  const char *account_id, struct activity *activity_r,
			  struct error *error)
{
	const struct entry *entry;

	/* The store is read first: a count that is written meanwhile is then
	   missed, instead of counted twice. */
	if (read_stored(counter->pool, account_id, activity_r, error) < 0)
		return -1;
	(void)pthread_mutex_lock(&counter->mutex);
	entry = find(counter, account_id);
	if (entry != NULL)
		activity_add(activity_r, &entry->counted.activity);
	(void)pthread_mutex_unlock(&counter->mutex);
	return 0;
}

/* Takes everything out. Returns NULL when there is nothing, or no memory. */
static struct account_activity *take_all(struct activity_counter *counter,
					 size_t *count_r)
{
	struct account_activity *all = NULL;

	*count_r = 0;
	(void)pthread_mutex_lock(&counter->mutex);
	if (counter->count > 0)
		all = calloc(counter->count, sizeof(*all));
	for (size_t i = 0; all != NULL && i < BUCKETS; i++) {
		while (counter->buckets[i] != NULL) {
			struct entry *entry = counter->buckets[i];

			all[(*count_r)++] = entry->counted;
			counter->buckets[i] = entry->next;
			free(entry);
		}
	}
	if (all != NULL)
		counter->count = 0;
	(void)pthread_mutex_unlock(&counter->mutex);
	return all;
}

/* Counts that came meanwhile are later, and are added to these. */
static void put_back(struct activity_counter *counter,
		     const struct account_activity *all, size_t count)
{
	(void)pthread_mutex_lock(&counter->mutex);
	for (size_t i = 0; i < count; i++) {
		struct entry *entry = find_or_make(counter, all[i].account_id);
		struct activity sum = all[i].activity;

		if (entry == NULL)
			continue;
		activity_add(&sum, &entry->counted.activity);
		entry->counted.activity = sum;
	}
	(void)pthread_mutex_unlock(&counter->mutex);
}

static int add_to_stored(struct store_pool *pool,
			 const struct account_activity *more, size_t count,
			 struct error *error)
{
	struct store_handle handle;

	if (store_pool_take(pool, &handle, error) < 0)
		return -1;
	return store_pool_give(
		pool, &handle,
		store_activity_add(handle.store, more, count, error));
}

int activity_counter_flush(struct activity_counter *counter,
			   struct error *error)
{
	size_t count;
	struct account_activity *all = take_all(counter, &count);
	int ret = 0;

	if (all == NULL)
		return 0;
	ret = add_to_stored(counter->pool, all, count, error);
	if (ret < 0)
		put_back(counter, all, count);
	free(all);
	return ret;
}

static void flush_and_tell(struct activity_counter *counter)
{
	struct error error = {""};

	if (activity_counter_flush(counter, &error) == 0)
		error.text[0] = '\0';
	else if (strcmp(error.text, counter->failure.text) != 0)
		log_failure("counts-not-written", error.text);
	counter->failure = error;
}

static void *run(void *argument)
{
	struct activity_counter *counter = argument;
	struct timespec deadline;
	bool stopping = false;

	while (!stopping) {
		deadline =
			clock_deadline(1000 * ACTIVITY_COUNTER_FLUSH_SECONDS);
		(void)pthread_mutex_lock(&counter->mutex);
		while (!counter->stopping &&
		       pthread_cond_timedwait(&counter->wake, &counter->mutex,
					      &deadline) != ETIMEDOUT)
			;
		stopping = counter->stopping;
		(void)pthread_mutex_unlock(&counter->mutex);
		flush_and_tell(counter);
	}
	return NULL;
}

int activity_counter_new(struct store_pool *pool,
			 struct activity_counter **counter_r,
			 struct error *error)
{
	struct activity_counter *counter = calloc(1, sizeof(*counter));
	int ret;

	if (counter == NULL)
		return error_set(error, "out of memory");
	counter->pool = pool;
	thread_condition_init(&counter->mutex, &counter->wake);
	ret = thread_start(run, counter, THREAD_STACK_BYTES, &counter->thread);
	if (ret != 0) {
		free(counter);
		return error_set(error,
				 "cannot start the thread for counts: %s",
				 strerror(ret));
	}
	*counter_r = counter;
	return 0;
}

void activity_counter_free(struct activity_counter **counter_p)
{
	struct activity_counter *counter = *counter_p;
	size_t count;

	if (counter == NULL)
		return;
	(void)pthread_mutex_lock(&counter->mutex);
	counter->stopping = true;
	(void)pthread_cond_signal(&counter->wake);
	(void)pthread_mutex_unlock(&counter->mutex);
	(void)pthread_join(counter->thread, NULL);
	/* Counts that could not be written are lost. */
	free(take_all(counter, &count));
	thread_condition_destroy(&counter->mutex, &counter->wake);
	free(counter);
	*counter_p = NULL;
}
