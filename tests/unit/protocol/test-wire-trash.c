/* SPDX-License-Identifier: MIT
 *
 * Values about Trash: each is read as it was written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/trash.h"

static void test_state(void **state __attribute__((unused)))
{
	const struct wire_trash_state trash = {
		.generation = 9, .oldest = 1700000000, .retention = 604800};
	char text[WIRE_VALUE_BYTES];
	struct wire_trash_state again;
	struct error error = {.text = ""};

	wire_trash_state_format(&trash, text);
	assert_string_equal(text, "9 1700000000 604800");
	assert_int_equal(wire_trash_state_parse(text, &again, &error), 0);
	assert_int_equal(again.generation, trash.generation);
	assert_int_equal(again.oldest, trash.oldest);
	assert_int_equal(again.retention, trash.retention);
	assert_int_equal(wire_trash_state_parse("1 2", &again, &error), -1);
	assert_non_null(strstr(error.text, "3 decimal numbers"));
	assert_int_equal(wire_trash_state_parse("1 2 3 4", &again, &error), -1);
	assert_int_equal(wire_trash_state_parse("1 -2 3", &again, &error), -1);
}

static void test_expired(void **state __attribute__((unused)))
{
	const struct wire_trash_expired expired = {.generation = 12,
						   .oldest_left = 1700000000};
	char text[WIRE_VALUE_BYTES];
	struct wire_trash_expired again;
	struct error error = {.text = ""};

	wire_trash_expired_format(&expired, text);
	assert_string_equal(text, "12 1700000000");
	assert_int_equal(wire_trash_expired_parse(text, &again, &error), 0);
	assert_int_equal(again.generation, expired.generation);
	assert_int_equal(again.oldest_left, expired.oldest_left);
	assert_int_equal(wire_trash_expired_parse("12", &again, &error), -1);
	assert_non_null(strstr(error.text, "2 decimal numbers"));
	assert_int_equal(wire_trash_expired_parse("12 0 0", &again, &error),
			 -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_expired),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
