/* SPDX-License-Identifier: MIT
 *
 * Counts of what accounts forward and send: the arithmetic of their windows,
 * that the store does the same, and the block of sending.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/store/store-fixture.h"

#define HOUR  3600
#define DAY   (24 * HOUR)
#define START (20000 * (int64_t)DAY)

struct step {
	int64_t at;
	int64_t forwarded;
	int64_t sent;
	/* What holds then. */
	int64_t forwarded_today;
	int64_t sent_this_hour;
	int64_t sent_today;
};

static const struct step steps[] = {
	{START, 1, 0, 1, 0, 0},
	{START + 1, 2, 5, 3, 5, 5},
	{START + HOUR - 1, 0, 1, 3, 6, 6},
	{START + HOUR, 0, 1, 3, 1, 7},
	{START + DAY - 1, 1, 0, 4, 0, 7},
	{START + DAY, 0, 1, 0, 1, 1},
	{START + DAY, 1, 0, 1, 1, 1},
	/* A clock that was ahead, and is put right. */
	{START + 900 * DAY, 7, 7, 7, 7, 7},
	{START + 2 * DAY, 1, 2, 1, 2, 2},
};

#define STEPS (sizeof(steps) / sizeof(steps[0]))

static void check(size_t i, const struct activity *activity)
{
	const struct step *step = &steps[i];

	if (activity_forwarded_today(activity, step->at) !=
		    step->forwarded_today ||
	    activity_sent_this_hour(activity, step->at) !=
		    step->sent_this_hour ||
	    activity_sent_today(activity, step->at) != step->sent_today)
		fail_msg("step %zu", i);
}

static void windows_begin_anew(void **state)
{
	struct activity sum = {0};

	(void)state;
	for (size_t i = 0; i < STEPS; i++) {
		const struct activity more = activity_at(
			steps[i].at, steps[i].forwarded, steps[i].sent);

		activity_add(&sum, &more);
		check(i, &sum);
	}
}

static void add(struct store *store, const char *id, const struct step *step)
{
	struct account_activity more = {
		.activity = activity_at(step->at, step->forwarded, step->sent),
	};
	struct error error = {""};

	(void)snprintf(more.account_id, sizeof(more.account_id), "%s", id);
	if (store_activity_add(store, &more, 1, &error) < 0)
		fail_msg("%s", error.text);
}

static void the_store_counts_the_same(void **state)
{
	struct store *store = store_fixture_open(*state, STORE_ACCOUNTS);
	struct account account = store_fixture_add(store, "counted");
	struct activity activity;

	assert_int_equal(store_activity(store, account.id, &activity, NULL), 0);
	for (size_t i = 0; i < STEPS; i++) {
		add(store, account.id, &steps[i]);
		assert_int_equal(
			store_activity(store, account.id, &activity, NULL), 1);
		check(i, &activity);
	}
	store_close(&store);
}

static void who_is_gone_is_passed_over(void **state)
{
	struct store *store =
		store_fixture_open(*state, STORE_ACCOUNTS_AND_CREDENTIALS);
	struct account gone = store_fixture_add(store, "gone");
	struct account stays = store_fixture_add(store, "stays");
	struct account_activity more[2] = {
		{.activity = activity_at(START, 1, 1)},
		{.activity = activity_at(START, 1, 1)},
	};
	struct activity activity;

	add(store, gone.id, &steps[1]);
	assert_int_equal(store_account_delete(store, gone.id, 1, NULL), 1);
	memcpy(more[0].account_id, gone.id, sizeof(gone.id));
	memcpy(more[1].account_id, stays.id, sizeof(stays.id));
	assert_int_equal(store_activity_add(store, more, 2, NULL), 0);
	assert_int_equal(store_activity(store, gone.id, &activity, NULL), 0);
	assert_int_equal(store_activity(store, stays.id, &activity, NULL), 1);
	assert_int_equal(activity_sent_today(&activity, START), 1);
	store_close(&store);
}

static void sending_is_blocked_until_it_is_unblocked(void **state)
{
	struct store *store = store_fixture_open(*state, STORE_ACCOUNTS);
	struct account account = store_fixture_add(store, "sender");
	struct activity activity;
	struct error error = {""};
	char too_long[ACCOUNT_BLOCK_REASON_BYTES + 1];

	assert_false(account_sending_is_blocked(&account));
	add(store, account.id, &steps[1]);
	assert_int_equal(
		store_sending_block(store, account.id, 77, "stolen", &error),
		1);
	/* The first reason stays. */
	assert_int_equal(
		store_sending_block(store, account.id, 78, "again", &error), 0);
	assert_int_equal(
		store_account_by_id(store, account.id, &account, &error), 1);
	assert_true(account_sending_is_blocked(&account));
	assert_int_equal(account.sending_blocked_at, 77);
	assert_string_equal(account.sending_block_reason, "stolen");
	assert_int_equal(store_sending_unblock(store, account.id, &error), 1);
	assert_int_equal(
		store_account_by_id(store, account.id, &account, &error), 1);
	assert_false(account_sending_is_blocked(&account));
	assert_string_equal(account.sending_block_reason, "");
	assert_int_equal(store_activity(store, account.id, &activity, NULL), 1);
	assert_int_equal(activity_sent_today(&activity, START), 0);
	assert_int_equal(activity_forwarded_today(&activity, START), 2);
	assert_int_equal(store_sending_block(store, "none", 1, "", &error), 0);
	assert_int_equal(store_sending_unblock(store, "none", &error), 0);
	memset(too_long, 'x', sizeof(too_long));
	too_long[sizeof(too_long) - 1] = '\0';
	assert_int_equal(
		store_sending_block(store, account.id, 1, too_long, &error),
		-1);
	assert_int_equal(store_sending_block(store, account.id, 0, "", &error),
			 -1);
	store_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_begin_anew),
		cmocka_unit_test(the_store_counts_the_same),
		cmocka_unit_test(who_is_gone_is_passed_over),
		cmocka_unit_test(sending_is_blocked_until_it_is_unblocked),
	};

	return cmocka_run_group_tests(tests, store_fixture_set_up,
				      store_fixture_tear_down);
}
