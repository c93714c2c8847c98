/* SPDX-License-Identifier: MIT
 *
 * Retention arithmetic: spans as people write them, and what is due.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/configuration/limits.h"
#include "lib/mail/retention.h"

#define DAY INT64_C(86400)
#define NOW INT64_C(1750000000)

static void spans_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = {
		{"0", 0},
		{"never", 0},
		{"Never", 0},
		{"0d", 0},
		{"90s", 90},
		{"5m", 300},
		{"2h", 7200},
		{"7d", 7 * DAY},
		{"7D", 7 * DAY},
		{"2w", 14 * DAY},
		{"365d", 365 * DAY},
		{"9223372036854775807s", INT64_MAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error error;
		int64_t seconds = -1;

		assert_int_equal(
			retention_parse(cases[i].text, &seconds, &error), 0);
		assert_true(seconds == cases[i].seconds);
	}
}

static void what_is_no_span_is_an_error_that_repeats_it(void **state)
{
	static const char *const texts[] = {
		"",
		"7",
		"d",
		"-7d",
		"7 d",
		"7dd",
		"7mo",
		"7y",
		"1.5d",
		"7d ",
		"forever",
		"9223372036854775808s",
		"9223372036854775807m",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct error error = {.text = ""};
		int64_t seconds = 77;

		assert_int_equal(retention_parse(texts[i], &seconds, &error),
				 -1);
		assert_true(seconds == 77);
		assert_non_null(strstr(error.text, texts[i]));
	}
}

static void messages_are_due_after_the_retention(void **state)
{
	static const struct {
		int64_t oldest, now, retention;
		bool due;
	} cases[] = {
		{NOW - 7 * DAY, NOW, 7 * DAY, true},
		{NOW - 7 * DAY + 1, NOW, 7 * DAY, false},
		{NOW - 8 * DAY, NOW, 7 * DAY, true},
		/* From the future, by a clock that was wrong. */
		{NOW + DAY, NOW, 7 * DAY, false},
		/* Nothing known to be there. */
		{0, NOW, 7 * DAY, false},
		{-1, NOW, 7 * DAY, false},
		/* Kept for ever. */
		{1, NOW, 0, false},
		{1, NOW, -1, false},
		{1, NOW, INT64_MAX, false},
		{1, NOW, NOW, false},
		{1, NOW, NOW - 1, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(retention_is_due(cases[i].oldest, cases[i].now,
						  cases[i].retention),
				 cases[i].due);
}

static void the_cutoff_is_zero_when_nothing_expires(void **state)
{
	(void)state;
	assert_true(retention_cutoff(NOW, 7 * DAY) == NOW - 7 * DAY);
	assert_true(retention_cutoff(NOW, 0) == 0);
	assert_true(retention_cutoff(NOW, NOW) == 0);
	assert_true(retention_cutoff(NOW, INT64_MAX) == 0);
	assert_true(retention_cutoff(0, 1) == 0);
}

static void classes_have_retentions_of_their_own(void **state)
{
	char alumni[] = "alumni", employee[] = "employee", kept[] = "kept";
	struct class_options classes[] = {
		{.name = kept, .trash_retention = 0},
		{.name = alumni, .trash_retention = 7 * DAY},
		{.name = employee, .trash_retention = 3 * DAY},
	};
	struct configuration configuration = {
		.default_class = alumni,
		.classes = classes,
		.class_count = 3,
	};
	struct account account = {.class_name = "employee"};
	struct account lost = {.class_name = "gone"};

	(void)state;
	assert_true(limits_retention(&account, &configuration) == 3 * DAY);
	assert_true(limits_retention(&lost, &configuration) == 7 * DAY);
	account.has_own_retention = true;
	account.own_retention = DAY;
	assert_true(limits_retention(&account, &configuration) == DAY);
	account.own_retention = 0;
	assert_true(limits_retention(&account, &configuration) == 0);
	assert_true(limits_shortest_retention(&configuration) == 3 * DAY);
	configuration.class_count = 1;
	assert_true(limits_shortest_retention(&configuration) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_are_read),
		cmocka_unit_test(what_is_no_span_is_an_error_that_repeats_it),
		cmocka_unit_test(messages_are_due_after_the_retention),
		cmocka_unit_test(the_cutoff_is_zero_when_nothing_expires),
		cmocka_unit_test(classes_have_retentions_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
