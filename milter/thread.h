/* SPDX-License-Identifier: MIT
 *
 * Starting the daemon's own threads: with a small stack, and with all signals
 * blocked, since those are the main thread's.
 */
#ifndef ALUMNI_MILTER_THREAD_H
#define ALUMNI_MILTER_THREAD_H

#include <pthread.h>
#include <stdbool.h>

#define THREAD_STACK_BYTES (256 * 1024)

/* A detached thread cannot be joined. Returns 0 or an errno value. */
int thread_start(void *(*function)(void *), void *argument, bool detached,
		 pthread_t *thread_r);

#endif
