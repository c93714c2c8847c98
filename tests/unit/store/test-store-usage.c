/* SPDX-License-Identifier: MIT
 *
 * Published usage: which of several counts holds, what is added to it, and the
 * warnings that it brings.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/store/store-fixture.h"

static void usage_is_set_in_parts(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	const char *id = account.id;

	assert_int_equal(
		store_usage_set(store, id,
				&(struct usage_count){.bytes = INT64_C(1) << 40,
						      .messages = 7,
						      .counted_at = 0},
				0, NULL),
		1);
	assert_int_equal(store_usage_set(store, id,
					 &(struct usage_count){.bytes = -1,
							       .messages = 8,
							       .counted_at = 0},
					 0, NULL),
			 1);
	assert_int_equal(store_fixture_read(store, id).usage_bytes,
			 INT64_C(1) << 40);
	assert_int_equal(store_fixture_read(store, id).usage_messages, 8);
	assert_int_equal(store_usage_set(store, id,
					 &(struct usage_count){.bytes = 0,
							       .messages = -1,
							       .counted_at = 0},
					 0, NULL),
			 1);
	assert_int_equal(store_fixture_read(store, id).usage_bytes, 0);
	assert_int_equal(store_fixture_read(store, id).usage_messages, 8);
	store_close(&store);
}

static void of_two_counts_the_later_one_holds(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	const char *id = account.id;

	assert_int_equal(
		store_usage_set(store, id,
				&(struct usage_count){.bytes = 10,
						      .messages = 1,
						      .counted_at = 500},
				510, NULL),
		1);
	/* Counted before that, published after it. */
	assert_int_equal(
		store_usage_set(store, id,
				&(struct usage_count){.bytes = 99,
						      .messages = 9,
						      .counted_at = 400},
				520, NULL),
		1);
	assert_int_equal(store_fixture_read(store, id).usage_bytes, 10);
	assert_int_equal(store_fixture_read(store, id).usage_messages, 1);
	assert_int_equal(
		store_usage_set(store, id,
				&(struct usage_count){.bytes = 11,
						      .messages = 1,
						      .counted_at = 500},
				530, NULL),
		1);
	assert_int_equal(store_fixture_read(store, id).usage_bytes, 11);
	store_close(&store);
}

static void other_counts_hold_in_any_case(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	const struct usage_count late = {.bytes = 1, .counted_at = 9};
	const char *id = account.id;

	assert_int_equal(
		store_usage_set(store, id,
				&(struct usage_count){.bytes = 11,
						      .messages = 1,
						      .counted_at = 500},
				530, NULL),
		1);
	/* One that does not know when it was counted changes no time. */
	assert_int_equal(store_usage_set(store, id,
					 &(struct usage_count){.bytes = 12,
							       .messages = 1,
							       .counted_at = 0},
					 540, NULL),
			 1);
	assert_int_equal(store_fixture_read(store, id).usage_bytes, 12);
	assert_int_equal(store_fixture_read(store, id).usage_counted_at, 500);
	/* The clock began anew with the machine. */
	assert_int_equal(store_usage_set(store, id,
					 &(struct usage_count){.bytes = 13,
							       .messages = 1,
							       .counted_at = 3},
					 4, NULL),
			 1);
	assert_int_equal(store_fixture_read(store, id).usage_bytes, 13);
	assert_int_equal(store_fixture_read(store, id).usage_counted_at, 3);
	assert_int_equal(store_usage_set(store, "none", &late, 9, NULL), 0);
	assert_int_equal(
		store_usage_set(store, id,
				&(struct usage_count){.bytes = 1,
						      .messages = 1,
						      .counted_at = -1},
				9, NULL),
		-1);
	store_close(&store);
}

/* What a session counted, and what LMTP adds to it, in the order in which they
   are published. */
static void what_is_saved_is_added_to_what_is_known(void **state)
{
	static const struct {
		const char *name;
		bool is_count;
		int64_t bytes, messages, at, uid_validity, uid;
		int result;
		int64_t bytes_then, messages_then, uid_next_then;
	} steps[] = {
		{"nothing is known of INBOX yet", false, 10, 1, 5, 7, 1,
		 STORE_USAGE_AGAIN, 0, 0, 0},
		{"a count", true, 100, 4, 10, 7, 5, 1, 100, 4, 5},
		{"the next message", false, 10, 1, 20, 7, 5, 1, 110, 5, 6},
		{"the same once more", false, 10, 1, 20, 7, 5, 1, 110, 5, 6},
		{"two at once", false, 20, 2, 22, 7, 6, 1, 130, 7, 8},
		{"one is missing before it", false, 10, 1, 30, 7, 9,
		 STORE_USAGE_AGAIN, 130, 7, 8},
		{"another INBOX", false, 10, 1, 30, 8, 8, STORE_USAGE_AGAIN,
		 130, 7, 8},
		{"counted before what was counted", true, 1, 1, 9, 7, 3, 1, 130,
		 7, 8},
		{"counted before something was added", true, 200, 9, 21, 7, 6,
		 STORE_USAGE_AGAIN, 130, 7, 0},
		{"nothing is added then", false, 10, 1, 30, 7, 8,
		 STORE_USAGE_AGAIN, 130, 7, 0},
		{"until it is counted anew", true, 210, 10, 40, 7, 11, 1, 210,
		 10, 11},
		{"the count knew it already", false, 10, 1, 30, 7, 10, 1, 210,
		 10, 11},
		{"a count during which messages came in", true, 220, 11, 41, 0,
		 0, 1, 220, 11, 0},
		{"nothing is added to that", false, 10, 1, 42, 7, 12,
		 STORE_USAGE_AGAIN, 220, 11, 0},
	};
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	size_t i;
	int result;

	for (i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		if (steps[i].is_count) {
			const struct usage_count count = {
				steps[i].bytes, steps[i].messages, steps[i].at,
				steps[i].uid_validity, steps[i].uid};

			result = store_usage_set(store, account.id, &count,
						 INT64_MAX, NULL);
		} else {
			const struct usage_saved saved = {
				steps[i].bytes, steps[i].messages,
				steps[i].uid_validity, steps[i].uid,
				steps[i].at};

			result = store_usage_add(store, "alumna", &saved, 100,
						 &account, NULL);
		}
		account = store_fixture_read(store, account.id);
		if (result != steps[i].result ||
		    account.usage_bytes != steps[i].bytes_then ||
		    account.usage_messages != steps[i].messages_then ||
		    account.usage_uid_next != steps[i].uid_next_then)
			fail_msg("%s: %d", steps[i].name, result);
	}
	store_close(&store);
}

static void a_restarted_clock_stands_in_nobodys_way(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	const struct usage_count before = {10, 1, 5, 7, 2};
	const struct usage_saved long_up = {10, 1, 7, 2, 5000};
	const struct usage_saved restarted = {10, 1, 7, 3, 50};
	const struct usage_count count = {40, 4, 60, 7, 5};

	assert_int_equal(
		store_usage_set(store, account.id, &before, INT64_MAX, NULL),
		1);
	assert_int_equal(store_usage_add(store, "alumna", &long_up, 5001,
					 &account, NULL),
			 1);
	assert_int_equal(account.usage_saved_at, 5000);
	assert_int_equal(store_usage_add(store, "alumna", &restarted, 51,
					 &account, NULL),
			 1);
	assert_int_equal(account.usage_saved_at, 50);
	assert_int_equal(account.usage_bytes, 30);
	assert_int_equal(
		store_usage_set(store, account.id, &count, INT64_MAX, NULL), 1);
	assert_int_equal(
		store_usage_add(store, "nobody", &long_up, 51, &account, NULL),
		0);
	store_close(&store);
}

static void a_warning_is_taken_once(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	const char *id = account.id;
	struct account found[2];
	size_t count;

	assert_int_equal(store_warnings_due(store, "", found, 2, &count, NULL),
			 0);
	assert_int_equal(count, 0);
	assert_int_equal(store_warning_set(store, id, 0, 80, 80, NULL), 1);
	/* Another session saw the same crossing. */
	assert_int_equal(store_warning_set(store, id, 0, 80, 80, NULL), 0);
	assert_int_equal(store_warnings_due(store, "", found, 2, &count, NULL),
			 0);
	assert_int_equal(count, 1);
	assert_string_equal(found[0].id, id);
	assert_int_equal(found[0].warning_due, 80);
	assert_int_equal(store_warning_take(store, id, 95, "t", NULL), 0);
	assert_int_equal(store_warning_take(store, id, 80, "t", NULL), 1);
	assert_int_equal(store_warning_take(store, id, 80, "u", NULL), 0);
	assert_int_equal(store_warning_take(store, id, 0, "u", NULL), 0);
	assert_int_equal(store_fixture_read(store, id).warned, 80);
	assert_string_equal(store_fixture_read(store, id).warning_token, "t");
	assert_int_equal(store_warning_delivered(store, id, "x", NULL), 0);
	assert_int_equal(store_warning_delivered(store, id, "", NULL), -1);
	assert_int_equal(store_warning_delivered(store, id, "t", NULL), 1);
	assert_string_equal(store_fixture_read(store, id).warning_token, "");
	store_close(&store);
}

static void a_count_of_the_time_of_the_last_one_is_made_again(void **state)
{
	const struct usage_saved saved = {.bytes = 1,
					  .messages = 1,
					  .uid_validity = 9,
					  .first_uid = 1,
					  .saved_at = 7};
	struct usage_count count = {
		.bytes = 10, .counted_at = 5, .uid_validity = 9, .uid_next = 1};
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "alumna");

	assert_int_equal(store_usage_set(store, account.id, &count, 8, NULL),
			 1);
	assert_int_equal(
		store_usage_add(store, "alumna", &saved, 8, &account, NULL), 1);
	/* What was added may be in this count or not. */
	assert_int_equal(store_usage_set(store, account.id, &count, 8, NULL),
			 STORE_USAGE_AGAIN);
	/* One that began before the last is of no use. */
	count.counted_at = 4;
	assert_int_equal(store_usage_set(store, account.id, &count, 8, NULL),
			 1);
	assert_int_equal(store_fixture_read(store, account.id).usage_bytes, 11);
	store_close(&store);
}

static void a_time_that_is_yet_to_come_does_not_stay(void **state)
{
	/* Saved at this time by a clock that has begun anew since, so that the
	   next is saved before it. */
	const struct usage_saved first = {.bytes = 1,
					  .messages = 1,
					  .uid_validity = 9,
					  .first_uid = 1,
					  .saved_at = 800};
	struct usage_saved next = first;
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	const struct usage_count count = {.bytes = 10,
					  .messages = 1,
					  .counted_at = 5,
					  .uid_validity = 9,
					  .uid_next = 1};

	assert_int_equal(store_usage_set(store, account.id, &count, 5, NULL),
			 1);
	assert_int_equal(
		store_usage_add(store, "alumna", &first, 800, &account, NULL),
		1);
	assert_int_equal(account.usage_saved_at, 800);
	next.first_uid = 2;
	next.saved_at = 7;
	assert_int_equal(
		store_usage_add(store, "alumna", &next, 8, &account, NULL), 1);
	assert_int_equal(account.usage_saved_at, 7);
	assert_int_equal(account.usage_bytes, 12);
	assert_int_equal(account.usage_uid_next, 3);
	/* One that is merely late changes nothing. */
	next.first_uid = 3;
	next.saved_at = 6;
	assert_int_equal(
		store_usage_add(store, "alumna", &next, 8, &account, NULL), 1);
	assert_int_equal(account.usage_saved_at, 7);
	store_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_count_of_the_time_of_the_last_one_is_made_again),
		STORE_TEST(a_time_that_is_yet_to_come_does_not_stay),
		STORE_TEST(usage_is_set_in_parts),
		STORE_TEST(of_two_counts_the_later_one_holds),
		STORE_TEST(other_counts_hold_in_any_case),
		STORE_TEST(what_is_saved_is_added_to_what_is_known),
		STORE_TEST(a_restarted_clock_stands_in_nobodys_way),
		STORE_TEST(a_warning_is_taken_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
