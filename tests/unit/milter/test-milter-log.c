/* SPDX-License-Identifier: MIT
 *
 * Log lines of the mail filter: text from outside can forge none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "milter/service/log.h"

static void pairs_are_written(void **state)
{
	struct log_line line;

	(void)state;
	log_begin(&line, "message");
	log_text(&line, "from", "<x@remote.example>");
	log_text(&line, "left_out", NULL);
	log_number(&line, "size", INT64_MIN);
	log_text(&line, "empty", "");
	assert_string_equal(log_finish(&line),
			    "event=message from=<x@remote.example> "
			    "size=-9223372036854775808 empty=\"\"\n");
}

static void text_from_outside_forges_nothing(void **state)
{
	struct log_line line;

	(void)state;
	log_begin(&line, "message");
	log_text(&line, "to", "<a\" fate=kept\r\nevent=\\stopped\x7f>");
	assert_string_equal(log_finish(&line),
			    "event=message to=\"<a\\\" "
			    "fate=kept??event=\\\\stopped?>\"\n");
}

static void a_line_too_long_is_cut_and_says_so(void **state)
{
	char value[2 * LOG_LINE_BYTES];
	struct log_line line;
	const char *text;

	(void)state;
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	log_begin(&line, "message");
	log_text(&line, "to", value);
	log_text(&line, "to", value);
	text = log_finish(&line);
	assert_true(strlen(text) < LOG_LINE_BYTES);
	assert_string_equal(text + strlen(text) - 5, "x...\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_are_written),
		cmocka_unit_test(text_from_outside_forges_nothing),
		cmocka_unit_test(a_line_too_long_is_cut_and_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
