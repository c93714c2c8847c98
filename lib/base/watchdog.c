/* SPDX-License-Identifier: MIT
 *
 * A thread that shuts a connection down at a deadline; see lib/base/watchdog.h.
 */
#include "lib/base/watchdog.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"

struct watchdog {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	/* All under the mutex. */
	int fd; /* -1 = nothing to guard */
	int64_t deadline_msecs;
	int64_t wakes_at_msecs; /* when the thread looks next by itself */
	bool fired;
	bool stop;
};

static void wait_for_change(struct watchdog *watchdog)
{
	struct timespec until;

	if (watchdog->fd < 0) {
		watchdog->wakes_at_msecs = INT64_MAX;
		(void)pthread_cond_wait(&watchdog->changed, &watchdog->mutex);
		return;
	}
	watchdog->wakes_at_msecs = watchdog->deadline_msecs;
	until.tv_sec = (time_t)(watchdog->deadline_msecs / 1000);
	until.tv_nsec = (long)(watchdog->deadline_msecs % 1000) * 1000000;
	(void)pthread_cond_timedwait(&watchdog->changed, &watchdog->mutex,
				     &until);
}

static void *run(void *argument)
{
	struct watchdog *watchdog = argument;

	(void)pthread_mutex_lock(&watchdog->mutex);
	while (!watchdog->stop) {
		if (watchdog->fd >= 0 &&
		    clock_msecs() >= watchdog->deadline_msecs) {
			(void)shutdown(watchdog->fd, SHUT_RDWR);
			watchdog->fired = true;
			watchdog->fd = -1;
		}
		wait_for_change(watchdog);
	}
	(void)pthread_mutex_unlock(&watchdog->mutex);
	return NULL;
}

int watchdog_new(struct watchdog **watchdog_r, struct error *error)
{
	struct watchdog *watchdog = calloc(1, sizeof(*watchdog));
	int ret;

	if (watchdog == NULL)
		return error_set(error, "out of memory");
	watchdog->fd = -1;
	thread_condition_init(&watchdog->mutex, &watchdog->changed);
	ret = thread_start(run, watchdog, THREAD_STACK_BYTES,
			   &watchdog->thread);
	if (ret != 0) {
		thread_condition_destroy(&watchdog->mutex, &watchdog->changed);
		free(watchdog);
		return error_set(error, "cannot start a thread: %s",
				 strerror(ret));
	}
	*watchdog_r = watchdog;
	return 0;
}

void watchdog_free(struct watchdog **watchdog)
{
	struct watchdog *old = *watchdog;

	if (old == NULL)
		return;
	(void)pthread_mutex_lock(&old->mutex);
	old->stop = true;
	(void)pthread_cond_signal(&old->changed);
	(void)pthread_mutex_unlock(&old->mutex);
	(void)pthread_join(old->thread, NULL);
	thread_condition_destroy(&old->mutex, &old->changed);
	free(old);
	*watchdog = NULL;
}

void watchdog_guard(struct watchdog *watchdog, int fd, int64_t deadline_msecs)
{
	(void)pthread_mutex_lock(&watchdog->mutex);
	watchdog->fd = fd;
	watchdog->deadline_msecs = deadline_msecs;
	watchdog->fired = false;
	/* Deadlines mostly come later and later, so that the thread wakes once
	   in a while and not with every step: waking it would cost more than
	   the step. */
	if (deadline_msecs < watchdog->wakes_at_msecs)
		(void)pthread_cond_signal(&watchdog->changed);
	(void)pthread_mutex_unlock(&watchdog->mutex);
}

bool watchdog_leave(struct watchdog *watchdog)
{
	bool fired;

	/* The thread need not be woken: at the old deadline it finds that
	   there is nothing to do. */
	(void)pthread_mutex_lock(&watchdog->mutex);
	fired = watchdog->fired;
	watchdog->fd = -1;
	(void)pthread_mutex_unlock(&watchdog->mutex);
	return fired;
}
