/* SPDX-License-Identifier: MIT
 *
 * Threads start with a stack of their own size and without signals, and waits
 * end by the monotonic clock.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"

struct meeting {
	pthread_mutex_t mutex;
	pthread_cond_t condition;
	bool has_come;
	size_t stack_bytes;
	bool takes_signals;
};

static void *come(void *argument)
{
	struct meeting *meeting = argument;
	pthread_attr_t attributes;
	sigset_t mask;

	(void)pthread_mutex_lock(&meeting->mutex);
	meeting->has_come = true;
	(void)pthread_getattr_np(pthread_self(), &attributes);
	(void)pthread_attr_getstacksize(&attributes, &meeting->stack_bytes);
	(void)pthread_attr_destroy(&attributes);
	(void)pthread_sigmask(SIG_BLOCK, NULL, &mask);
	meeting->takes_signals = sigismember(&mask, SIGTERM) != 1 ||
				 sigismember(&mask, SIGUSR1) != 1;
	(void)pthread_cond_signal(&meeting->condition);
	(void)pthread_mutex_unlock(&meeting->mutex);
	return NULL;
}

static void a_joined_thread_has_its_stack_and_no_signals(void **state)
{
	struct meeting meeting = {.takes_signals = true};
	sigset_t mask;
	pthread_t thread;

	(void)state;
	thread_condition_init(&meeting.mutex, &meeting.condition);
	assert_int_equal(
		thread_start(come, &meeting, 4 * THREAD_STACK_BYTES, &thread),
		0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(meeting.has_come);
	assert_true(meeting.stack_bytes >= 4 * THREAD_STACK_BYTES);
	assert_true(meeting.stack_bytes < 8 * THREAD_STACK_BYTES);
	assert_false(meeting.takes_signals);
	/* The caller's own signals are as before. */
	(void)pthread_sigmask(SIG_BLOCK, NULL, &mask);
	assert_int_equal(sigismember(&mask, SIGTERM), 0);
	thread_condition_destroy(&meeting.mutex, &meeting.condition);
}

static void a_detached_thread_runs(void **state)
{
	static struct meeting meeting;
	const struct timespec deadline = clock_deadline(30000);
	int result = 0;

	(void)state;
	thread_condition_init(&meeting.mutex, &meeting.condition);
	assert_int_equal(thread_start(come, &meeting, THREAD_STACK_BYTES, NULL),
			 0);
	(void)pthread_mutex_lock(&meeting.mutex);
	while (!meeting.has_come && result == 0)
		result = pthread_cond_timedwait(&meeting.condition,
						&meeting.mutex, &deadline);
	(void)pthread_mutex_unlock(&meeting.mutex);
	assert_int_equal(result, 0);
}

static void a_wait_ends_at_its_deadline(void **state)
{
	struct meeting meeting;
	int64_t begun = clock_msecs();
	const struct timespec deadline = clock_deadline(1030);
	int result = 0;

	(void)state;
	thread_condition_init(&meeting.mutex, &meeting.condition);
	(void)pthread_mutex_lock(&meeting.mutex);
	while (result == 0)
		result = pthread_cond_timedwait(&meeting.condition,
						&meeting.mutex, &deadline);
	(void)pthread_mutex_unlock(&meeting.mutex);
	assert_int_equal(result, ETIMEDOUT);
	assert_true(clock_msecs() - begun >= 1029);
	assert_true(clock_msecs() - begun < 30000);
	thread_condition_destroy(&meeting.mutex, &meeting.condition);
}

/* Whatever the nanoseconds of the moment, they stay below a second. */
static void a_deadline_is_a_time(void **state)
{
	(void)state;
	for (int64_t msecs = 0; msecs < 3000; msecs += 37) {
		int64_t before = clock_msecs();
		const struct timespec deadline = clock_deadline(msecs);
		int64_t at = (int64_t)deadline.tv_sec * 1000 +
			     deadline.tv_nsec / 1000000;

		assert_true(deadline.tv_nsec >= 0);
		assert_true(deadline.tv_nsec < 1000000000);
		assert_true(at >= before + msecs);
		assert_true(at <= clock_msecs() + msecs + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_joined_thread_has_its_stack_and_no_signals),
		cmocka_unit_test(a_detached_thread_runs),
		cmocka_unit_test(a_wait_ends_at_its_deadline),
		cmocka_unit_test(a_deadline_is_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
