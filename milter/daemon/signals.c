/* SPDX-License-Identifier: MIT
 *
 * Signals; see milter/daemon/signals.h.
 */
#include "milter/daemon/signals.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static void fill(sigset_t *signals_r)
{
	(void)sigemptyset(signals_r);
	(void)sigaddset(signals_r, SIGTERM);
	(void)sigaddset(signals_r, SIGINT);
	(void)sigaddset(signals_r, SIGHUP);
	(void)sigaddset(signals_r, SIGUSR1);
}

void signals_hold(void)
{
	sigset_t signals;

	fill(&signals);
	/* Threads inherit it. */
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

int signals_wait(const struct timespec *time_limit)
{
	sigset_t signals;

	fill(&signals);
	return sigtimedwait(&signals, NULL, time_limit);
}

/* libmilter has a thread that waits for SIGTERM, SIGINT and SIGHUP, and ends on
   them in the middle of messages, if it is given one. Which of two waiting
   threads the system gives a signal to is not ours to say: during the start it
   was now and then libmilter's, and the daemon then closed its socket without
   finishing, seconds later. sigwait() is called by nobody else here; this one
   stands before the C library's and never returns, so that only signals_wait()
   can take a signal. */
__attribute__((visibility("default"))) int sigwait(const sigset_t *set,
						   int *signal_r)
{
	(void)set;
	(void)signal_r;
	for (;;)
		(void)pause();
}
