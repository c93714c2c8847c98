/* SPDX-License-Identifier: MIT
 *
 * Netstrings: whole ones, parts of them, and what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "milter/maps/netstring.h"

#define LIMIT 20

static enum netstring_result parse(const char *buffer, size_t used,
				   const char **data_r, size_t *length_r,
				   size_t *consumed_r)
{
	/* A copy of the exact size, so that reading on is noticed. */
	char *copy = malloc(used + 1);
	enum netstring_result result;

	assert_non_null(copy);
	memcpy(copy, buffer, used);
	copy = realloc(copy, used > 0 ? used : 1);
	assert_non_null(copy);
	*data_r = NULL;
	result = netstring_parse(copy, used, LIMIT, data_r, length_r,
				 consumed_r);
	if (*data_r != NULL)
		*data_r = buffer + (*data_r - copy);
	free(copy);
	return result;
}

static void one_is_found_with_what_follows_left(void **state)
{
	static const struct {
		const char *buffer;
		const char *data;
		size_t consumed;
	} cases[] = {
		{"0:,", "", 3},
		{"1:a,", "a", 4},
		{"5:hello,", "hello", 8},
		{"5:hello,3:you,", "hello", 8},
		{"5:he,lo,x", "he,lo", 8},
		{"20:12345678901234567890,", "12345678901234567890", 24},
	};
	const char *data;
	size_t length, consumed;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(cases[i].buffer, strlen(cases[i].buffer),
				       &data, &length, &consumed),
				 NETSTRING_COMPLETE);
		assert_int_equal(length, strlen(cases[i].data));
		assert_memory_equal(data, cases[i].data, length);
		assert_int_equal(consumed, cases[i].consumed);
	}
}

static void octets_of_any_value_are_data(void **state)
{
	const char *data;
	size_t length, consumed;

	(void)state;
	assert_int_equal(parse("3:a\0,,", 6, &data, &length, &consumed),
			 NETSTRING_COMPLETE);
	assert_int_equal(length, 3);
	assert_memory_equal(data, "a\0,", 3);
}

static void every_part_is_incomplete(void **state)
{
	static const char whole[] = "20:12345678901234567890,";
	const char *data;
	size_t length, consumed;

	(void)state;
	for (size_t used = 0; used < sizeof(whole) - 1; used++)
		assert_int_equal(parse(whole, used, &data, &length, &consumed),
				 NETSTRING_INCOMPLETE);
}

static void what_is_none_is_malformed_at_once(void **state)
{
	static const char *const cases[] = {
		":,",
		"a",
		" 5:hello,",
		"-1:a,",
		"5hello,",
		"5:hello.",
		"05:hello,",
		"00:,",
		"0x5:hello,",
		"5 :hello,",
		/* Over the limit: known before the data comes. */
		"21",
		"21:",
		"99999999999999999999999999999999",
		"GET / HTTP/1.0\r\n",
	};
	const char *data;
	size_t length, consumed;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (parse(cases[i], strlen(cases[i]), &data, &length,
			  &consumed) != NETSTRING_MALFORMED)
			fail_msg("\"%s\" is not malformed", cases[i]);
	}
}

static void one_is_written_if_it_fits(void **state)
{
	char buffer[9];

	(void)state;
	assert_int_equal(netstring_format("hello", buffer, sizeof(buffer)), 8);
	assert_string_equal(buffer, "5:hello,");
	assert_int_equal(netstring_format("", buffer, sizeof(buffer)), 3);
	assert_string_equal(buffer, "0:,");
	assert_int_equal(netstring_format("hellos", buffer, sizeof(buffer)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_is_found_with_what_follows_left),
		cmocka_unit_test(octets_of_any_value_are_data),
		cmocka_unit_test(every_part_is_incomplete),
		cmocka_unit_test(what_is_none_is_malformed_at_once),
		cmocka_unit_test(one_is_written_if_it_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
