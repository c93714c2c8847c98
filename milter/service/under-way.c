/* SPDX-License-Identifier: MIT
 *
 * Counting what is under way; see milter/service/under-way.h.
 */
#include "milter/service/under-way.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"

struct under_way {
	pthread_mutex_t mutex;
	pthread_cond_t none_left;
	unsigned long count;
	bool closed;
};

struct under_way *under_way_new(void)
{
	struct under_way *under_way = calloc(1, sizeof(*under_way));

	if (under_way != NULL)
		thread_condition_init(&under_way->mutex, &under_way->none_left);
	return under_way;
}

void under_way_free(struct under_way **under_way)
{
	if (*under_way == NULL)
		return;
	thread_condition_destroy(&(*under_way)->mutex,
				 &(*under_way)->none_left);
	free(*under_way);
	*under_way = NULL;
}

bool under_way_begin(struct under_way *under_way)
{
	bool begins;

	(void)pthread_mutex_lock(&under_way->mutex);
	begins = !under_way->closed;
	if (begins)
		under_way->count++;
	(void)pthread_mutex_unlock(&under_way->mutex);
	return begins;
}

void under_way_close(struct under_way *under_way)
{
	(void)pthread_mutex_lock(&under_way->mutex);
	under_way->closed = true;
	(void)pthread_mutex_unlock(&under_way->mutex);
}

void under_way_end(struct under_way *under_way)
{
	(void)pthread_mutex_lock(&under_way->mutex);
	if (--under_way->count == 0)
		(void)pthread_cond_broadcast(&under_way->none_left);
	(void)pthread_mutex_unlock(&under_way->mutex);
}

bool under_way_wait(struct under_way *under_way, unsigned int seconds)
{
	const struct timespec deadline =
		clock_deadline(1000 * (int64_t)seconds);
	bool none;
	int ret = 0;

	(void)pthread_mutex_lock(&under_way->mutex);
	while (under_way->count > 0 && ret != ETIMEDOUT)
		ret = pthread_cond_timedwait(&under_way->none_left,
					     &under_way->mutex, &deadline);
	none = under_way->count == 0;
	(void)pthread_mutex_unlock(&under_way->mutex);
	return none;
}
