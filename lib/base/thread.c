/* SPDX-License-Identifier: MIT
 *
 * Threads; see lib/base/thread.h.
 */
#include "lib/base/thread.h"

#include <signal.h>

int thread_start(void *(*function)(void *), void *argument, bool detached,
		 pthread_t *thread_r)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int ret;

	ret = pthread_attr_init(&attributes);
	if (ret != 0)
		return ret;
	(void)pthread_attr_setstacksize(&attributes, THREAD_STACK_BYTES);
	if (detached)
		(void)pthread_attr_setdetachstate(&attributes,
						  PTHREAD_CREATE_DETACHED);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	ret = pthread_create(thread_r, &attributes, function, argument);
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
