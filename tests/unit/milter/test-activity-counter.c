/* SPDX-License-Identifier: MIT
 *
 * Counts on their way to the store.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/milter/milter-fixture.h"

#define NOW INT64_C(1800000000)

static void add(const struct milter_fixture *fixture, const char *account_id,
		int64_t sent)
{
	const struct activity more = activity_at(NOW, 0, sent);

	activity_counter_add(fixture->service.activity, account_id, &more);
}

/* What the account sent, of the store alone or with what waits. */
static int64_t in_store(const struct milter_fixture *fixture,
			const char *account_id)
{
	struct store_handle handle;
	struct activity activity;

	assert_int_equal(store_pool_take(fixture->service.pool, &handle, NULL),
			 0);
	assert_true(store_pool_give(fixture->service.pool, &handle,
				    store_activity(handle.store, account_id,
						   &activity, NULL)) >= 0);
	return activity_sent_today(&activity, NOW);
}

static int64_t counted(const struct milter_fixture *fixture,
		       const char *account_id)
{
	struct activity activity;

	assert_int_equal(activity_counter_read(fixture->service.activity,
					       account_id, &activity, NULL),
			 0);
	return activity_sent_today(&activity, NOW);
}

static void hide_the_store(const struct milter_fixture *fixture)
{
	milter_fixture_execute(fixture,
			       "ALTER TABLE activity RENAME TO hidden");
}

static void show_the_store(const struct milter_fixture *fixture)
{
	milter_fixture_execute(fixture,
			       "ALTER TABLE hidden RENAME TO activity");
}

static void counts_are_written_and_counted_once(void **state)
{
	const struct milter_fixture *fixture = *state;
	const struct account alumna = milter_fixture_account(fixture, "alumna");
	const struct account away = milter_fixture_account(fixture, "away");

	add(fixture, alumna.id, 2);
	add(fixture, away.id, 5);
	add(fixture, alumna.id, 1);
	assert_int_equal(counted(fixture, alumna.id), 3);
	assert_int_equal(
		activity_counter_flush(fixture->service.activity, NULL), 0);
	assert_int_equal(in_store(fixture, alumna.id), 3);
	assert_int_equal(in_store(fixture, away.id), 5);
	add(fixture, alumna.id, 4);
	assert_int_equal(counted(fixture, alumna.id), 7);
	/* An id that cannot be one is nobody's. */
	add(fixture, "0123456789abcdef0123456789abcdef0", 1);
	assert_int_equal(
		activity_counter_flush(fixture->service.activity, NULL), 0);
	assert_int_equal(in_store(fixture, alumna.id), 7);
}

static void what_cannot_be_written_is_kept(void **state)
{
	const struct milter_fixture *fixture = *state;
	const struct account copy = milter_fixture_account(fixture, "copy");
	struct activity activity;
	struct error error = {""};

	hide_the_store(fixture);
	add(fixture, copy.id, 2);
	assert_int_equal(
		activity_counter_flush(fixture->service.activity, &error), -1);
	assert_string_not_equal(error.text, "");
	add(fixture, copy.id, 3);
	assert_int_equal(
		activity_counter_flush(fixture->service.activity, &error), -1);
	assert_int_equal(activity_counter_read(fixture->service.activity,
					       copy.id, &activity, &error),
			 -1);
	show_the_store(fixture);
	assert_int_equal(counted(fixture, copy.id), 5);
	assert_int_equal(
		activity_counter_flush(fixture->service.activity, NULL), 0);
	assert_int_equal(in_store(fixture, copy.id), 5);
}

/* By the thread, about once a second, and at the end. */
static void nobody_need_ask_for_it(void **state)
{
	const struct milter_fixture *fixture = *state;
	const struct account small = milter_fixture_account(fixture, "small");
	const struct activity one = activity_at(NOW, 0, 1);
	struct activity_counter *counter;
	const time_t deadline = time(NULL) + 30;

	add(fixture, small.id, 1);
	while (in_store(fixture, small.id) != 1 && time(NULL) < deadline)
		(void)usleep(10000);
	assert_int_equal(in_store(fixture, small.id), 1);
	assert_int_equal(
		activity_counter_new(fixture->service.pool, &counter, NULL), 0);
	activity_counter_add(counter, small.id, &one);
	activity_counter_free(&counter);
	assert_null(counter);
	assert_int_equal(in_store(fixture, small.id), 2);
	activity_counter_free(&counter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_written_and_counted_once),
		cmocka_unit_test(what_cannot_be_written_is_kept),
		cmocka_unit_test(nobody_need_ask_for_it),
	};

	return cmocka_run_group_tests(tests, milter_fixture_set_up,
				      milter_fixture_tear_down);
}
