/* SPDX-License-Identifier: MIT
 *
 * The thread that probes a directory; see lib/directory/prober.h. It has a
 * handle of its own on the directory and on the shared state: neither may be
 * used by two threads.
 */
#include "lib/directory/prober.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "lib/directory/directory.h"
#include "lib/base/clock.h"
#include "lib/base/thread.h"

/* libldap, TLS and the resolver need more than our own threads. */
#define STACK_BYTES ((size_t)1024 * 1024)

struct directory_prober {
	const struct directory_options *options;
	const struct breaker *breaker; /* for its options and state */
	pthread_mutex_t mutex;
	pthread_cond_t stopped;
	bool stop; /* under the mutex */
	pthread_t thread;
	bool has_thread;
	atomic_bool is_done;
	struct shared_state *state; /* the thread's */
};

/* Waits for the interval. Returns false when the thread must stop. */
static bool wait_interval(struct directory_prober *prober)
{
	int64_t until = clock_msecs() + prober->options->breaker_probe_msecs;
	const struct timespec deadline =
		clock_deadline(prober->options->breaker_probe_msecs);
	bool stop;

	(void)pthread_mutex_lock(&prober->mutex);
	while (!prober->stop && clock_msecs() < until)
		(void)pthread_cond_timedwait(&prober->stopped, &prober->mutex,
					     &deadline);
	stop = prober->stop;
	(void)pthread_mutex_unlock(&prober->mutex);
	return !stop;
}

/* The handle of a probe has no breaker: an open one would not let it ask. */
static void probe(struct directory_prober *prober,
		  const struct breaker *breaker)
{
	struct directory *directory;

	breaker_probing(breaker, clock_msecs());
	/* Opened each time: the fault may be in the password file. */
	if (directory_open(prober->options, &directory, NULL) < 0)
		return;
	if (directory_probe(directory, NULL) == 0)
		(void)breaker_succeeded(breaker, clock_msecs());
	directory_close(&directory);
}

static void *run(void *argument)
{
	struct directory_prober *prober = argument;
	struct breaker breaker;

	breaker_init(&breaker, prober->state, &prober->breaker->options);
	/* A process that is killed loses the claim. */
	if (breaker_claim_probes(&breaker)) {
		while (wait_interval(prober) &&
		       breaker_ask(&breaker, clock_msecs()) != BREAKER_CLOSED)
			probe(prober, &breaker);
	}
	shared_state_close(&prober->state);
	atomic_store(&prober->is_done, true);
	return NULL;
}

struct directory_prober *
directory_prober_new(const struct directory_options *options,
		     const struct breaker *breaker)
{
	struct directory_prober *prober = calloc(1, sizeof(*prober));

	if (prober == NULL)
		return NULL;
	prober->options = options;
	prober->breaker = breaker;
	thread_condition_init(&prober->mutex, &prober->stopped);
	return prober;
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
	    shared_state_clone(prober->breaker->state, &prober->state, NULL) <
		    0)
		return;
	if (thread_start(run, prober, STACK_BYTES, &prober->thread) == 0)
		prober->has_thread = true;
	else
		shared_state_close(&prober->state);
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
	thread_condition_destroy(&old->mutex, &old->stopped);
	free(old);
	*prober = NULL;
}
