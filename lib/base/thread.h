/* SPDX-License-Identifier: MIT
 *
 * Threads: all with a small stack, and the daemon's own with all signals
 * blocked, since those are the main thread's.
 */
#ifndef ALUMNI_BASE_THREAD_H
#define ALUMNI_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

#define THREAD_STACK_BYTES (256 * 1024)

/* A detached thread cannot be joined. Returns 0 or an errno value. */
int thread_start(void *(*function)(void *), void *argument, bool detached,
		 pthread_t *thread_r);

/* Gives threads that libraries start, libmilter's above all, the same stack.
   libmilter ends and starts them all the time, and the C library keeps only
   40 MiB of old stacks for new threads: five of the usual size, after which
   each is mapped and filled anew. Call it before the first thread. Returns 0
   or an errno value. */
int thread_limit_stacks(void);

#endif
