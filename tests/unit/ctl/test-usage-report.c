/* SPDX-License-Identifier: MIT
 *
 * How full the accounts are, gathered.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/commands/usage-report.h"

static struct class_options classes[] = {
	{.name = (char *)"alumni", .quota = 1000},
	{.name = (char *)"staff", .quota = 0},
};

static const struct configuration configuration = {
	.default_class = (char *)"alumni",
	.classes = classes,
	.class_count = 2,
};

static struct account account(const char *name, const char *class_name,
			      int64_t bytes)
{
	struct account made = {.usage_bytes = bytes, .usage_messages = 2};

	(void)snprintf(made.name, sizeof(made.name), "%s", name);
	(void)snprintf(made.class_name, sizeof(made.class_name), "%s",
		       class_name);
	return made;
}

static void add(struct usage_report *report, const char *name,
		const char *class_name, int64_t bytes)
{
	const struct account made = account(name, class_name, bytes);

	usage_report_add(report, &made);
}

/* An account's own limit goes before its class's. */
static void a_share_is_of_the_limit_in_force(void **state)
{
	struct account own = account("a", "alumni", 500);
	struct usage_report *report = usage_report_new(&configuration, 0);

	(void)state;
	own.has_own_quota = true;
	own.own_quota = 2000;
	usage_report_add(report, &own);
	assert_int_equal(report->tenths[2], 1);
	own.own_quota = 1;
	usage_report_add(report, &own);
	assert_int_equal(report->tenths[USAGE_TENTHS - 1], 1);
	own.own_quota = 0;
	usage_report_add(report, &own);
	assert_int_equal(report->unlimited, 1);
	assert_int_equal(report->classes[0].quota_bytes, 2001);
	usage_report_free(&report);
}

static void accounts_are_sorted_into_tenths(void **state)
{
	static const int64_t bytes[] = {0,   1,   99,  100,  199, 500,
					899, 900, 999, 1000, 5000};
	static const int64_t tenths[USAGE_TENTHS] = {3, 2, 0, 0, 0, 1,
						     0, 0, 1, 2, 2};
	struct usage_report *report = usage_report_new(&configuration, 0);

	(void)state;
	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++)
		add(report, "a", "alumni", bytes[i]);
	add(report, "b", "staff", 7);
	for (size_t i = 0; i < USAGE_TENTHS; i++)
		assert_int_equal(report->tenths[i], tenths[i]);
	assert_int_equal(report->unlimited, 1);
	assert_int_equal(report->top_count, 0);
	usage_report_free(&report);
	assert_null(report);
}

static void classes_are_summed_up(void **state)
{
	struct usage_report *report = usage_report_new(&configuration, 0);
	const struct usage_class *alumni = &report->classes[0];
	const struct usage_class *staff = &report->classes[1];
	const struct usage_class *all = &report->classes[2];

	(void)state;
	add(report, "a", "alumni", 10);
	add(report, "b", "gone", 20); /* in the default class */
	add(report, "c", "staff", 5);
	assert_int_equal(report->class_count, 3);
	assert_string_equal(alumni->name, "alumni");
	assert_int_equal(alumni->accounts, 2);
	assert_int_equal(alumni->bytes, 30);
	assert_int_equal(alumni->messages, 4);
	assert_int_equal(alumni->quota_bytes, 2000);
	assert_int_equal(alumni->unlimited, 0);
	assert_int_equal(staff->accounts, 1);
	assert_int_equal(staff->unlimited, 1);
	assert_string_equal(all->name, "all");
	assert_int_equal(all->accounts, 3);
	assert_int_equal(all->bytes, 35);
	assert_int_equal(all->unlimited, 1);
	/* A sum that no number has stops there. */
	add(report, "d", "staff", INT64_MAX);
	assert_true(staff->bytes == INT64_MAX);
	add(report, "e", "staff", 1);
	assert_true(staff->bytes == INT64_MAX);
	usage_report_free(&report);
}

static void the_fullest_come_first(void **state)
{
	static const struct {
		const char *name;
		const char *class_name;
		int64_t bytes;
	} accounts[] = {
		{"half", "alumni", 500}, {"none", "alumni", 0},
		{"big", "staff", 900},   {"full", "alumni", 1000},
		{"huge", "staff", 5000}, {"most", "alumni", 900},
	};
	/* By the share, then by size; without a limit, after all others. */
	static const char *const order[] = {"full", "most", "half",
					    "none", "huge", "big"};

	(void)state;
	for (size_t max = 0; max <= 7; max++) {
		struct usage_report *report =
			usage_report_new(&configuration, max);

		for (size_t i = 0; i < 6; i++)
			add(report, accounts[i].name, accounts[i].class_name,
			    accounts[i].bytes);
		assert_int_equal(report->top_count, max < 6 ? max : 6);
		for (size_t i = 0; i < report->top_count; i++)
			assert_string_equal(report->top[i].name, order[i]);
		usage_report_free(&report);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_share_is_of_the_limit_in_force),
		cmocka_unit_test(accounts_are_sorted_into_tenths),
		cmocka_unit_test(classes_are_summed_up),
		cmocka_unit_test(the_fullest_come_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
