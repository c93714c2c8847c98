/* SPDX-License-Identifier: MIT
 *
 * Fields between TABs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "protocol/fields.h"

static void test_round_trip(void **state __attribute__((unused)))
{
	const char *fields[WIRE_FIELDS_MAX];
	char two[32], three[32];

	assert_int_equal(
		wire_fields_format("current", "phone", two, sizeof(two)), 0);
	assert_string_equal(two, "current\tphone");
	assert_int_equal(
		wire_fields_format(two, "secret", three, sizeof(three)), 0);
	assert_int_equal(wire_fields_parse(two, fields, 2), 0);
	assert_string_equal(fields[0], "current");
	assert_string_equal(fields[1], "phone");
	assert_int_equal(wire_fields_parse(three, fields, 3), 0);
	assert_string_equal(fields[0], "current");
	assert_string_equal(fields[1], "phone");
	assert_string_equal(fields[2], "secret");
}

static void test_format_only_copies(void **state __attribute__((unused)))
{
	char text[8];

	assert_int_equal(wire_fields_format("a\tb", NULL, text, sizeof(text)),
			 0);
	assert_string_equal(text, "a\tb");
}

static void test_format_knows_its_room(void **state __attribute__((unused)))
{
	char text[8];

	assert_int_equal(wire_fields_format("1234", "67", text, sizeof(text)),
			 0);
	assert_int_equal(wire_fields_format("1234", "678", text, sizeof(text)),
			 -1);
	assert_int_equal(
		wire_fields_format("1234567", NULL, text, sizeof(text)), 0);
	assert_int_equal(
		wire_fields_format("12345678", NULL, text, sizeof(text)), -1);
}

static void test_parse_counts(void **state __attribute__((unused)))
{
	static const struct {
		const char *text;
		size_t count;
		int ret;
	} cases[] = {
		{"", 1, 0},         {"", 2, -1},       {"a", 1, 0},
		{"a", 2, -1},       {"a\tb", 1, -1},   {"a\tb", 2, 0},
		{"a\tb", 3, -1},    {"\t", 2, 0},      {"\t\t", 3, 0},
		{"a\tb\tc", 2, -1}, {"a\tb\tc", 3, 0}, {"a\tb\tc\t", 3, -1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *fields[WIRE_FIELDS_MAX];
		char text[16];

		(void)snprintf(text, sizeof(text), "%s", cases[i].text);
		assert_int_equal(
			wire_fields_parse(text, fields, cases[i].count),
			cases[i].ret);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_format_only_copies),
		cmocka_unit_test(test_format_knows_its_room),
		cmocka_unit_test(test_parse_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
