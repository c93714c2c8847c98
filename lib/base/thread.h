/* SPDX-License-Identifier: MIT
 *
 * Threads. Each has a small stack, since the usual 8 MiB would count against
 * the process's limit, and starts with all signals blocked, since signals are
 * for the program's main thread.
 */
#ifndef ALUMNI_BASE_THREAD_H
#define ALUMNI_BASE_THREAD_H

#include <pthread.h>
#include <stddef.h>

#define THREAD_STACK_BYTES ((size_t)256 * 1024)

/* Starts a thread with a stack of that size. The caller joins it by *thread_r;
   with thread_r NULL the thread is detached. Returns 0 or an errno value. */
int thread_start(void *(*function)(void *), void *argument, size_t stack_bytes,
		 pthread_t *thread_r);

/* Gives threads that libraries start, libmilter's above all, the same stack.
   libmilter ends and starts threads all the time, and the C library keeps only
   40 MiB of old stacks for new threads: five of the usual size, after which
   each is mapped and filled anew. Call this before the first thread starts.
   Returns 0 or an errno value. */
int thread_limit_stacks(void);

/* Initialises a mutex, and a condition whose waits end by the clock of
   clock_deadline(). Neither needs memory with glibc, so neither can fail. */
void thread_condition_init(pthread_mutex_t *mutex_r,
			   pthread_cond_t *condition_r);
/* Ends the use of both. No thread may hold or wait for them. */
void thread_condition_destroy(pthread_mutex_t *mutex,
			      pthread_cond_t *condition);

#endif
