/* SPDX-License-Identifier: MIT
 *
 * Threads; see lib/base/thread.h.
 */
#include "lib/base/thread.h"

#include <signal.h>
#include <time.h>

int thread_start(void *(*function)(void *), void *argument, size_t stack_bytes,
		 pthread_t *thread_r)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t thread;
	int ret;

	ret = pthread_attr_init(&attributes);
	if (ret != 0)
		return ret;
	(void)pthread_attr_setstacksize(&attributes, stack_bytes);
	if (thread_r == NULL)
		(void)pthread_attr_setdetachstate(&attributes,
						  PTHREAD_CREATE_DETACHED);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	ret = pthread_create(thread_r == NULL ? &thread : thread_r, &attributes,
			     function, argument);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attributes);
	return ret;
}

int thread_limit_stacks(void)
{
	pthread_attr_t attributes;
	int ret;

	ret = pthread_getattr_default_np(&attributes);
	if (ret != 0)
		return ret;
	ret = pthread_attr_setstacksize(&attributes, THREAD_STACK_BYTES);
	if (ret == 0)
		ret = pthread_setattr_default_np(&attributes);
	(void)pthread_attr_destroy(&attributes);
	return ret;
}

void thread_condition_init(pthread_mutex_t *mutex_r,
			   pthread_cond_t *condition_r)
{
	pthread_condattr_t attributes;

	(void)pthread_mutex_init(mutex_r, NULL);
	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(condition_r, &attributes);
	(void)pthread_condattr_destroy(&attributes);
}

void thread_condition_destroy(pthread_mutex_t *mutex, pthread_cond_t *condition)
{
	(void)pthread_cond_destroy(condition);
	(void)pthread_mutex_destroy(mutex);
}
