/* SPDX-License-Identifier: MIT
 *
 * The circuit breaker of a directory, over made-up times.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/directory/breaker.h"
#include "tests/unit/directory/shared-state-fixture.h"
static const struct breaker_options options = {
	.directory = "university",
	.number = 1,
	.failures = 3,
	.probe_msecs = 1000,
	.timeout_msecs = 500,
};

static void failures_in_a_row_open_it(void **state)
{
	struct shared_state *one = shared_state_fixture_open(*state);
	struct shared_state *two = shared_state_fixture_open(*state);
	struct breaker a, b;

	breaker_init(&a, one, &options);
	breaker_init(&b, two, &options);
	assert_int_equal(breaker_ask(&a, 1000), BREAKER_CLOSED);
	assert_false(breaker_failed(&a, false, 1000));
	assert_false(breaker_failed(&b, false, 1001));
	assert_false(breaker_succeeded(&a, 1002));
	assert_false(breaker_failed(&a, false, 1003));
	assert_false(breaker_failed(&b, false, 1004));
	assert_int_equal(breaker_ask(&b, 1004), BREAKER_CLOSED);
	assert_true(breaker_failed(&a, false, 1005));
	assert_false(breaker_failed(&b, false, 1006));
	assert_int_equal(breaker_ask(&b, 1007), BREAKER_OPEN);
	assert_true(breaker_succeeded(&b, 1008));
	assert_false(breaker_succeeded(&a, 1009));
	assert_int_equal(breaker_ask(&a, 1010), BREAKER_CLOSED);
	shared_state_close(&one);
	shared_state_close(&two);
}

static void one_time_out_opens_it(void **state)
{
	struct shared_state *one = shared_state_fixture_open(*state);
	struct breaker breaker;

	breaker_init(&breaker, one, &options);
	assert_true(breaker_failed(&breaker, true, 1000));
	assert_int_equal(breaker_ask(&breaker, 1001), BREAKER_OPEN);
	shared_state_close(&one);
}

static void one_at_a_time_probes(void **state)
{
	struct shared_state *one = shared_state_fixture_open(*state);
	struct shared_state *two = shared_state_fixture_open(*state);
	struct breaker a, b;

	breaker_init(&a, one, &options);
	breaker_init(&b, two, &options);
	(void)breaker_failed(&a, true, 1000);
	assert_true(breaker_claim_probes(&a));
	assert_false(breaker_claim_probes(&b));
	assert_false(breaker_wants_probe(&b, 2500));
	assert_true(breaker_wants_probe(&b, 2501));
	breaker_probing(&a, 2501);
	assert_false(breaker_wants_probe(&b, 2502));
	/* The prober is gone. */
	shared_state_close(&one);
	assert_true(breaker_claim_probes(&b));
	assert_int_equal(breaker_ask(&b, 5001), BREAKER_OPEN);
	assert_int_equal(breaker_ask(&b, 5002), BREAKER_TRY);
	assert_int_equal(breaker_ask(&b, 5003), BREAKER_OPEN);
	shared_state_close(&two);
}

static void changes_are_news_once(void **state)
{
	struct shared_state *one = shared_state_fixture_open(*state);
	struct breaker_status status;
	struct breaker breaker;

	breaker_init(&breaker, one, &options);
	assert_false(breaker_take_news(&breaker, 1, &status));
	(void)breaker_failed(&breaker, true, 1000);
	assert_true(breaker_take_news(&breaker, 1500, &status));
	assert_true(status.open);
	assert_string_equal(status.directory, "university");
	assert_int_equal(status.open_msecs, 500);
	assert_int_equal(status.times_opened, 1);
	assert_int_equal(status.last_probe_msecs, -1);
	assert_false(breaker_take_news(&breaker, 1500, &status));
	(void)breaker_succeeded(&breaker, 1600);
	assert_true(breaker_take_news(&breaker, 1700, &status));
	assert_false(status.open);
	shared_state_close(&one);
}

static void the_status_can_be_read_from_outside(void **state)
{
	struct breaker_status statuses[SHARED_STATE_BREAKERS];
	struct shared_state_fixture *fixture = *state;
	struct shared_state *one;
	struct breaker breaker;
	struct error error = {.text = ""};
	size_t count = 9;

	assert_int_equal(breaker_statuses_read(fixture->folder, 1, statuses,
					       &count, &error),
			 0);
	assert_int_equal(count, 0);
	one = shared_state_fixture_open(fixture);
	breaker_init(&breaker, one, &options);
	(void)breaker_failed(&breaker, true, 1000);
	assert_int_equal(breaker_statuses_read(fixture->folder, 4000, statuses,
					       &count, &error),
			 1);
	assert_int_equal(count, 1);
	assert_string_equal(statuses[0].directory, "university");
	assert_true(statuses[0].open);
	assert_int_equal(statuses[0].open_msecs, 3000);
	shared_state_close(&one);
	assert_int_equal(truncate(fixture->path, 8), 0);
	assert_int_equal(breaker_statuses_read(fixture->folder, 1, statuses,
					       &count, &error),
			 -1);
	assert_non_null(strstr(error.text, fixture->path));
}

static void what_makes_no_sense_counts_as_closed(void **state)
{
	struct shared_state *one = shared_state_fixture_open(*state);
	struct breaker_options renamed = options;
	struct breaker breaker;

	breaker_init(&breaker, one, &options);
	(void)breaker_failed(&breaker, true, 500000);
	/* The machine was started anew. */
	assert_int_equal(breaker_ask(&breaker, 1000), BREAKER_CLOSED);
	/* The configuration has another directory in this place. */
	renamed.directory = "portal";
	breaker_init(&breaker, one, &renamed);
	assert_int_equal(breaker_ask(&breaker, 500001), BREAKER_CLOSED);
	/* More than there is room for. */
	renamed.number = SHARED_STATE_BREAKERS;
	breaker_init(&breaker, one, &renamed);
	assert_false(breaker_failed(&breaker, true, 500001));
	assert_int_equal(breaker_ask(&breaker, 500002), BREAKER_CLOSED);
	assert_false(breaker_claim_probes(&breaker));
	shared_state_close(&one);
}

static void it_is_never_open_without_a_state(void **unused)
{
	struct breaker breaker;

	(void)unused;
	breaker_init(&breaker, NULL, &options);
	assert_false(breaker_failed(&breaker, true, 1));
	assert_int_equal(breaker_ask(&breaker, 2), BREAKER_CLOSED);
	assert_false(breaker_claim_probes(&breaker));
}

int main(void)
{
#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, shared_state_fixture_set_up, \
					shared_state_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(failures_in_a_row_open_it),
		TEST(one_time_out_opens_it),
		TEST(one_at_a_time_probes),
		TEST(changes_are_news_once),
		TEST(the_status_can_be_read_from_outside),
		TEST(what_makes_no_sense_counts_as_closed),
		cmocka_unit_test(it_is_never_open_without_a_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
