/* SPDX-License-Identifier: MIT
 *
 * Quota arithmetic: sizes as people write them, and sums at the edges.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/configuration/limits.h"
#include "lib/mail/quota.h"

#define KB INT64_C(1024)
#define MB (1024 * KB)
#define GB (1024 * MB)
#define TB (1024 * GB)

static void sizes_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t bytes;
	} cases[] = {
		{"0", 0},
		{"unlimited", 0},
		{"Unlimited", 0},
		{"0M", 0},
		{"1", 1},
		{"512", 512},
		{"512B", 512},
		{"512b", 512},
		{"1k", KB},
		{"1K", KB},
		{"1KB", KB},
		{"1KiB", KB},
		{"1kib", KB},
		{"500M", 500 * MB},
		{"2G", 2 * GB},
		{"3TB", 3 * TB},
		{"007M", 7 * MB},
		{"9223372036854775807", INT64_MAX},
		{"8388607T", 8388607 * TB},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error error;
		int64_t bytes = -1;

		assert_int_equal(
			mail_quota_parse(cases[i].text, &bytes, &error), 0);
		assert_true(bytes == cases[i].bytes);
	}
}

static void what_is_no_size_is_an_error_that_repeats_it(void **state)
{
	static const char *const texts[] = {
		"",
		"M",
		"-1",
		"+1",
		"1.5G",
		"1,5G",
		"2 G",
		" 2G",
		"2G ",
		"2X",
		"2GG",
		"2BB",
		"2BiB",
		"2Gi",
		"2Gibi",
		"0x10",
		"many",
		"never",
		"8388608T",
		"9223372036854775808",
		"18446744073709551616",
		"99999999999999999999999G",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct error error = {.text = ""};
		int64_t bytes = 77;

		assert_int_equal(mail_quota_parse(texts[i], &bytes, &error),
				 -1);
		assert_true(bytes == 77);
		assert_non_null(strstr(error.text, texts[i]));
	}
}

static void a_message_fits_up_to_limit_and_grace(void **state)
{
	static const struct {
		int64_t usage, size, limit, grace;
		bool fits;
	} cases[] = {
		{0, 0, 100, 0, true},
		{90, 10, 100, 0, true},
		{90, 11, 100, 0, false},
		{100, 0, 100, 0, true},
		{101, 0, 100, 0, false},
		{99, 1, 100, 0, true},
		{99, 2, 100, 0, false},
		{100, 1, 100, 0, false},
		{0, 1, 1, 0, true},
		{0, 2, 1, 0, false},
		{99, 11, 100, 10, true},
		{109, 1, 100, 10, true},
		{110, 1, 100, 10, false},
		{100, 10, 100, 10, true},
		{100, 11, 100, 10, false},
		/* Unlimited. */
		{INT64_MAX, INT64_MAX, 0, 0, true},
		{INT64_MAX, INT64_MAX, -1, 0, true},
		/* Published usage and declared sizes may be nonsense. */
		{-50, 100, 100, 0, true},
		{-50, 101, 100, 0, false},
		{100, -1, 100, 0, true},
		{50, 51, 100, -10, false},
		{50, 50, 100, -10, true},
		/* No sum overflows. */
		{INT64_MAX, 1, INT64_MAX, 0, false},
		{INT64_MAX - 1, 1, INT64_MAX, 0, true},
		{INT64_MAX - 1, 2, INT64_MAX, INT64_MAX, false},
		{INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, false},
		{INT64_MAX, 0, INT64_MAX, INT64_MAX, true},
		{1, INT64_MAX, 100, 0, false},
		{INT64_MAX, 1, 100, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(mail_quota_fits(cases[i].usage, cases[i].size,
						 cases[i].limit,
						 cases[i].grace),
				 cases[i].fits);
}

static void sizes_are_written_as_people_read_them(void **state)
{
	static const struct {
		int64_t bytes;
		const char *text;
	} cases[] = {
		{0, "0 B"},
		{1, "1 B"},
		{1023, "1023 B"},
		{KB, "1 KB"},
		{1536, "1.5 KB"},
		{1025, "1 KB"},
		{KB + 52, "1.05 KB"},
		{MB - 1, "1 MB"},
		{1023 * KB, "1023 KB"},
		{2 * GB, "2 GB"},
		{2 * GB + GB / 4, "2.25 GB"},
		{GB - 1, "1 GB"},
		{5000 * TB, "5000 TB"},
		{INT64_MAX, "8388608 TB"},
		{-1536, "-1.5 KB"},
		{INT64_MIN, "-8388608 TB"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[32];

		mail_quota_format(cases[i].bytes, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
}

static void the_accounts_own_quota_goes_before_its_class(void **state)
{
	char alumni[] = "alumni", student[] = "student";
	struct class_options classes[] = {
		{.name = alumni, .quota = 2 * GB},
		{.name = student, .quota = 50 * MB},
	};
	struct configuration configuration = {
		.default_class = alumni,
		.classes = classes,
		.class_count = 2,
	};
	struct account account = {.class_name = "student"};

	(void)state;
	assert_true(limits_quota(&account, &configuration) == 50 * MB);
	account.has_own_quota = true;
	account.own_quota = 7;
	assert_true(limits_quota(&account, &configuration) == 7);
	account.own_quota = 0;
	assert_true(limits_quota(&account, &configuration) == 0);
	account.has_own_quota = false;
	(void)snprintf(account.class_name, sizeof(account.class_name), "gone");
	assert_true(limits_quota(&account, &configuration) == 2 * GB);
}

static void a_level_is_warned_of_once_per_crossing(void **state)
{
	static const struct {
		int64_t usage, limit;
		int warned, level;
	} cases[] = {
		/* going up */
		{0, 100, 0, 0},
		{79, 100, 0, 0},
		{80, 100, 0, 80},
		{94, 100, 80, 80},
		{95, 100, 80, 95},
		{98, 100, 95, 95},
		{99, 100, 95, 99},
		{100, 100, 0, 99},
		{5000, 100, 0, 99},
		{99, 100, 80, 99},
		/* going down: five below the level that was warned of */
		{79, 100, 80, 80},
		{75, 100, 80, 80},
		{74, 100, 80, 0},
		{90, 100, 95, 95},
		{89, 100, 95, 80},
		{74, 100, 95, 0},
		{94, 100, 99, 99},
		{93, 100, 99, 95},
		{89, 100, 99, 80},
		{0, 100, 99, 0},
		/* at the edges */
		{INT64_MAX, 0, 0, 0},
		{INT64_MAX, 0, 99, 0},
		{-1, 100, 0, 0},
		{1, 1, 0, 99},
		{0, 1, 99, 0},
		{1, 2, 0, 0},
		{INT64_MAX, INT64_MAX, 0, 99},
		{INT64_MAX - 1, INT64_MAX, 0, 99},
		{INT64_MAX / 2, INT64_MAX, 0, 0},
		{INT64_MAX, 1, 0, 99},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(
			mail_quota_level(
				cases[i].usage, cases[i].limit,
				(enum mail_quota_level)cases[i].warned),
			cases[i].level);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_read),
		cmocka_unit_test(what_is_no_size_is_an_error_that_repeats_it),
		cmocka_unit_test(a_message_fits_up_to_limit_and_grace),
		cmocka_unit_test(sizes_are_written_as_people_read_them),
		cmocka_unit_test(a_level_is_warned_of_once_per_crossing),
		cmocka_unit_test(the_accounts_own_quota_goes_before_its_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
