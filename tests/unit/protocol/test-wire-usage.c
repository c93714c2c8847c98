/* SPDX-License-Identifier: MIT
 *
 * Values about usage: each is read as it was written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/usage.h"

static void test_inbox(void **state __attribute__((unused)))
{
	const struct wire_inbox inbox = {.uid_validity = UINT32_MAX,
					 .uid_next = 14};
	char text[WIRE_VALUE_BYTES];
	struct wire_inbox again;

	wire_inbox_format(&inbox, text);
	assert_string_equal(text, "4294967295 14");
	assert_int_equal(wire_inbox_parse(text, &again, NULL), 0);
	assert_int_equal(again.uid_validity, inbox.uid_validity);
	assert_int_equal(again.uid_next, inbox.uid_next);
	/* Not known. */
	assert_int_equal(wire_inbox_parse("0 0", &again, NULL), 0);
	assert_int_equal(again.uid_next, 0);
}

static void test_saved(void **state __attribute__((unused)))
{
	const struct wire_saved saved = {
		.bytes = 5000,
		.messages = 2,
		.uid_validity = 77,
		.first_uid = 12,
		.saved_at = 123456789,
	};
	char text[WIRE_VALUE_BYTES];
	struct wire_saved again;

	wire_saved_format(&saved, text);
	assert_string_equal(text, "5000 2 77 12 123456789");
	assert_int_equal(wire_saved_parse(text, &again, NULL), 0);
	assert_int_equal(again.bytes, saved.bytes);
	assert_int_equal(again.messages, saved.messages);
	assert_int_equal(again.uid_validity, saved.uid_validity);
	assert_int_equal(again.first_uid, saved.first_uid);
	assert_int_equal(again.saved_at, saved.saved_at);
	/* The largest, and an empty message. */
	assert_int_equal(wire_saved_parse("9223372036854775807 4294967295 "
					  "4294967295 4294967295 "
					  "9223372036854775807",
					  &again, NULL),
			 0);
	assert_int_equal(again.bytes, INT64_MAX);
	assert_int_equal(again.messages, UINT32_MAX);
	assert_int_equal(again.uid_validity, UINT32_MAX);
	assert_int_equal(again.first_uid, UINT32_MAX);
	assert_int_equal(again.saved_at, INT64_MAX);
	assert_int_equal(wire_saved_parse("0 1 1 1 0", &again, NULL), 0);
}

static void test_limits(void **state __attribute__((unused)))
{
	const struct wire_limits limits = {
		.bytes = INT64_MAX, .messages = 7, .trash_allowance = 1000};
	char text[WIRE_VALUE_BYTES];
	struct wire_limits again;

	wire_limits_format(&limits, text);
	assert_string_equal(text, "9223372036854775807 7 1000");
	assert_int_equal(wire_limits_parse(text, &again, NULL), 0);
	assert_int_equal(again.bytes, limits.bytes);
	assert_int_equal(again.messages, limits.messages);
	assert_int_equal(again.trash_allowance, limits.trash_allowance);
}

static void test_usage(void **state __attribute__((unused)))
{
	const struct wire_usage usage = {
		.bytes = 5000,
		.messages = INT64_MAX,
		.inbox = {.uid_validity = 77, .uid_next = UINT32_MAX},
	};
	char text[WIRE_VALUE_BYTES];
	struct wire_usage again;

	wire_usage_format(&usage, text);
	assert_string_equal(text, "5000 9223372036854775807 77 4294967295");
	assert_int_equal(wire_usage_parse(text, &again, NULL), 0);
	assert_int_equal(again.bytes, usage.bytes);
	assert_int_equal(again.messages, usage.messages);
	assert_int_equal(again.inbox.uid_validity, usage.inbox.uid_validity);
	assert_int_equal(again.inbox.uid_next, usage.inbox.uid_next);
}

static int parse_inbox(const char *text, struct error *error)
{
	struct wire_inbox inbox;

	return wire_inbox_parse(text, &inbox, error);
}

static int parse_saved(const char *text, struct error *error)
{
	struct wire_saved saved;

	return wire_saved_parse(text, &saved, error);
}

static int parse_limits(const char *text, struct error *error)
{
	struct wire_limits limits;

	return wire_limits_parse(text, &limits, error);
}

static int parse_usage(const char *text, struct error *error)
{
	struct wire_usage usage;

	return wire_usage_parse(text, &usage, error);
}

static void test_refused(void **state __attribute__((unused)))
{
	static const struct {
		int (*parse)(const char *text, struct error *error);
		const char *text;
		const char *error;
	} cases[] = {
		{parse_inbox, "7", "2 decimal numbers"},
		{parse_inbox, "7 8 9", "2 decimal numbers"},
		{parse_inbox, "4294967296 1", "32 bits"},
		{parse_inbox, "1 4294967296", "32 bits"},
		{parse_saved, "1 1 1 1", "5 decimal numbers"},
		{parse_saved, "1 1 1 1 1 1", "5 decimal numbers"},
		{parse_saved, "1 4294967296 1 1 1", "32 bits"},
		{parse_saved, "1 1 4294967296 1 1", "32 bits"},
		{parse_saved, "1 1 1 4294967296 1", "32 bits"},
		{parse_saved, "1 0 1 1 1", "tells of no message"},
		{parse_saved, "1 1 0 1 1", "tells of no message"},
		{parse_saved, "1 1 1 0 1", "tells of no message"},
		{parse_limits, "1 2", "3 decimal numbers"},
		{parse_limits, "1 2 -3", "3 decimal numbers"},
		{parse_limits, "1 2 3 4", "3 decimal numbers"},
		{parse_usage, "1 2 3", "4 decimal numbers"},
		{parse_usage, "1 2 3 4 5", "4 decimal numbers"},
		{parse_usage, "1 2 4294967296 4", "32 bits"},
		{parse_usage, "1 2 3 4294967296", "32 bits"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error error = {.text = ""};

		assert_int_equal(cases[i].parse(cases[i].text, &error), -1);
		assert_non_null(strstr(error.text, cases[i].error));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inbox),   cmocka_unit_test(test_saved),
		cmocka_unit_test(test_limits),  cmocka_unit_test(test_usage),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
