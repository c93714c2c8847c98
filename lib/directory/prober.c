/* SPDX-License-Identifier: MIT
 *
 * The thread that probes a directory; see lib/directory/prober.h. It has a
 * handle of its own on the directory and on the shared state: neither may be
 * used by two threads.
 */
#include "lib/directory/prober.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "lib/directory/directory.h"
#include "lib/base/watchdog.h"

/* libldap, TLS and the resolver need far less than the usual 8 MiB, which
   would count against the process's limit. */
#define STACK_BYTES (1024 * 1024)

struct directory_prober {
	const struct directory_options *options;
	const struct breaker *breaker; /* for its options and state */
	pthread_mutex_t mutex;
	pthread_cond_t stopped;
	bool stop; /* under the mutex */
	pthread_t thread;
	bool has_thread;
	atomic_bool is_done;
	struct login_state *state; /* the thread's */
};

/* Returns false when it is time to stop. */
static bool wait_interval(struct directory_prober *prober)
{
	int64_t until = watchdog_now() + prober->options->breaker_probe_msecs;
	const struct timespec deadline = {
		.tv_sec = (time_t)(until / 1000),
		.tv_nsec = (long)(until % 1000) * 1000000,
	};
	bool stop;

	(void)pthread_mutex_lock(&prober->mutex);
	while (!prober->stop && watchdog_now() < until)
		(void)pthread_cond_timedwait(&prober->stopped, &prober->mutex,
					     &deadline);
	stop = prober->stop;
	(void)pthread_mutex_unlock(&prober->mutex);
	return !stop;
}

/* The handle has no breaker, which would not let it ask. */
static void probe(struct directory_prober *prober,
		  const struct breaker *breaker)
{
	struct directory *directory;

	breaker_probing(breaker, watchdog_now());
	/* Opened each time: its password file may be what was wrong. */
	if (directory_open(prober->options, &directory, NULL) < 0)
		return;
	if (directory_probe(directory, NULL) == 0)
		(void)breaker_succeeded(breaker, watchdog_now());
	directory_close(&directory);
}

static void *run(void *argument)
{
	struct directory_prober *prober = argument;
	struct breaker breaker;

	breaker_init(&breaker, prober->state, &prober->breaker->options);
	/* A process that is killed loses its claim. */
	if (breaker_claim_probes(&breaker)) {
		while (wait_interval(prober) &&
		       breaker_ask(&breaker, watchdog_now()) != BREAKER_CLOSED)
			probe(prober, &breaker);
	}
	login_state_close(&prober->state);
	atomic_store(&prober->is_done, true);
	return NULL;
}

struct directory_prober *
directory_prober_new(const struct directory_options *options,
		     const struct breaker *breaker)
{
	struct directory_prober *prober = calloc(1, sizeof(*prober));
	pthread_condattr_t attributes;

	if (prober == NULL)
		return NULL;
	prober->options = options;
	prober->breaker = breaker;
	(void)pthread_mutex_init(&prober->mutex, NULL);
	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&prober->stopped, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	return prober;
}

/* Signals are for the program's own thread. */
static int start_thread(struct directory_prober *prober)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int ret;

	(void)pthread_attr_init(&attributes);
	(void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = pthread_create(&prober->thread, &attributes, run, prober);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attributes);
	return ret;
}

static void join(struct directory_prober *prober)
{
	if (prober->has_thread)
		(void)pthread_join(prober->thread, NULL);
	prober->has_thread = false;
}

void directory_prober_start(struct directory_prober *prober)
{
	if (prober->has_thread && !atomic_load(&prober->is_done))
		return;
	join(prober);
	atomic_store(&prober->is_done, false);
	if (prober->breaker->state == NULL ||
	    login_state_clone(prober->breaker->state, &prober->state, NULL) < 0)
		return;
	if (start_thread(prober) == 0)
		prober->has_thread = true;
	else
		login_state_close(&prober->state);
}

void directory_prober_free(struct directory_prober **prober)
{
	struct directory_prober *old = *prober;

	if (old == NULL)
		return;
	(void)pthread_mutex_lock(&old->mutex);
	old->stop = true;
	(void)pthread_cond_signal(&old->stopped);
	(void)pthread_mutex_unlock(&old->mutex);
	join(old);
	(void)pthread_cond_destroy(&old->stopped);
	(void)pthread_mutex_destroy(&old->mutex);
	free(old);
	*prober = NULL;
}
