/* SPDX-License-Identifier: MIT
 *
 * Numbers, and yes or no.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/values.h"

static void test_numbers_round_trip(void **state __attribute__((unused)))
{
	static const struct {
		int64_t numbers[WIRE_NUMBERS_MAX];
		size_t count;
		const char *text;
	} cases[] = {
		{{0}, 1, "0"},
		{{INT64_MAX}, 1, "9223372036854775807"},
		{{1, 2}, 2, "1 2"},
		{{INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX},
		 5,
		 "9223372036854775807 9223372036854775807 "
		 "9223372036854775807 9223372036854775807 "
		 "9223372036854775807"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[WIRE_VALUE_BYTES];
		int64_t again[WIRE_NUMBERS_MAX + 1] = {0};

		wire_numbers_format(cases[i].numbers, cases[i].count, text);
		assert_string_equal(text, cases[i].text);
		assert_int_equal(
			wire_numbers_parse(text, again, cases[i].count, NULL),
			0);
		assert_memory_equal(again, cases[i].numbers,
				    cases[i].count * sizeof(*again));
		/* No more is written than was asked for. */
		assert_int_equal(again[cases[i].count], 0);
	}
}

static void test_numbers_are_strict(void **state __attribute__((unused)))
{
	static const struct {
		size_t count;
		const char *text;
	} cases[] = {
		{1, ""},
		{1, "-1"},
		{1, "+1"},
		{1, " 1"},
		{1, "1 "},
		{1, "1\n"},
		{1, "1x"},
		{1, "0x10"},
		{1, "/"},
		{1, ":"},
		{1, "9223372036854775808"},
		{1, "1 2"},
		{2, "1"},
		{2, "1 "},
		{2, "1  2"},
		{2, "1,2"},
		{2, "1\t2"},
		{2, "1 -2"},
		{2, "1 2 3"},
		{2, "1 2 "},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t numbers[2];
		struct error error = {.text = ""};

		assert_int_equal(wire_numbers_parse(cases[i].text, numbers,
						    cases[i].count, &error),
				 -1);
		assert_non_null(strstr(error.text, "decimal numbers of 0"));
	}
}

static void test_number(void **state __attribute__((unused)))
{
	struct error error = {.text = ""};
	char text[WIRE_VALUE_BYTES];
	int64_t number;

	wire_number_format(1700000000, text);
	assert_string_equal(text, "1700000000");
	assert_int_equal(wire_number_parse(text, &number, &error), 0);
	assert_int_equal(number, 1700000000);
	/* As a person may write it; it is not what is formatted. */
	assert_int_equal(wire_number_parse("007", &number, &error), 0);
	assert_int_equal(number, 7);
	assert_int_equal(wire_number_parse("7 8", &number, &error), -1);
	assert_string_equal(error.text,
			    "\"7 8\" is not a decimal number of 0 or more");
}

static void test_yes_no(void **state __attribute__((unused)))
{
	static const char *const neither[] = {"",  "y",    "yes ", "true",
					      "1", "nope", " no"};
	bool yes;

	assert_string_equal(wire_yes_no_format(true), "yes");
	assert_string_equal(wire_yes_no_format(false), "no");
	assert_int_equal(wire_yes_no_parse("yes", &yes), 0);
	assert_true(yes);
	assert_int_equal(wire_yes_no_parse("no", &yes), 0);
	assert_false(yes);
	assert_int_equal(wire_yes_no_parse("YES", &yes), 0);
	assert_true(yes);
	assert_int_equal(wire_yes_no_parse("No", &yes), 0);
	assert_false(yes);
	for (size_t i = 0; i < sizeof(neither) / sizeof(*neither); i++)
		assert_int_equal(wire_yes_no_parse(neither[i], &yes), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_round_trip),
		cmocka_unit_test(test_numbers_are_strict),
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_yes_no),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
