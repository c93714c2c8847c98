/* SPDX-License-Identifier: MIT
 *
 * Error texts: bounded, and safe to log.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/error.h"

static void set_formats_and_returns_failure(void **state)
{
	struct error error;

	(void)state;
	assert_int_equal(error_set(&error, "%s: line %d", "file", 7), -1);
	assert_string_equal(error.text, "file: line 7");
}

static void set_accepts_no_buffer(void **state)
{
	(void)state;
	assert_int_equal(error_set(NULL, "lost"), -1);
	assert_int_equal(error_prefix(NULL, "lost"), -1);
}

static void control_characters_cannot_forge_a_log_line(void **state)
{
	struct error error;

	(void)state;
	error_set(&error, "user \"%s\"", "a\r\nOct 1 login ok\x7f");
	assert_string_equal(error.text, "user \"a??Oct 1 login ok?\"");
}

static void long_texts_are_cut(void **state)
{
	struct error error;
	char text[3 * ERROR_TEXT_BYTES];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	error_set(&error, "%s", text);
	assert_int_equal(strlen(error.text), ERROR_TEXT_BYTES - 1);
	error_prefix(&error, "prefix");
	assert_int_equal(strlen(error.text), ERROR_TEXT_BYTES - 1);
	assert_memory_equal(error.text, "prefix: xxx", 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_formats_and_returns_failure),
		cmocka_unit_test(set_accepts_no_buffer),
		cmocka_unit_test(control_characters_cannot_forge_a_log_line),
		cmocka_unit_test(long_texts_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
