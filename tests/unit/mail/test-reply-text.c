/* SPDX-License-Identifier: MIT
 *
 * Texts of SMTP replies with figures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/mail/reply-text.h"

static void figures_take_their_places(void **state)
{
	static const struct {
		const char *text;
		const char *reply;
	} cases[] = {
		{"full", "full"},
		{"", ""},
		{"%u of %q used", "1.5 MB of 2 MB used"},
		{"%s, ask %c", "1 KB, ask help@alumni.example"},
		{"%c", "help@alumni.example"},
		/* Not let through by the check, and harmless all the same. */
		{"100%", "100?"},
		{"\xc3\xb8\n", "???"},
	};
	const struct reply_figures figures = {
		.used = 3 << 19,
		.quota = 2 << 20,
		.size = 1024,
		.contact = "help@alumni.example",
	};
	char reply[REPLY_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		reply_text_format(cases[i].text, &figures, reply);
		assert_string_equal(reply, cases[i].reply);
	}
}

static void no_quota_is_unlimited(void **state)
{
	const struct reply_figures figures = {.contact = "x"};
	char reply[REPLY_TEXT_BYTES];

	(void)state;
	reply_text_format("%u of %q", &figures, reply);
	assert_string_equal(reply, "0 B of unlimited");
}

static void what_does_not_fit_is_cut(void **state)
{
	struct reply_figures figures = {.contact = "help@alumni.example"};
	char text[2 * REPLY_TEXT_BYTES + 1];
	char reply[REPLY_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < REPLY_TEXT_BYTES; i++)
		memcpy(text + 2 * i, "%c", 3);
	reply_text_format(text, &figures, reply);
	assert_int_equal(strlen(reply), REPLY_TEXT_BYTES - 1);
}

static void texts_are_checked(void **state)
{
	static const char *const wrong[] = {
		"100%", "%x", "%%", "a\nb", "\xc3\xb8", "%",
	};
	char too_long[300];

	(void)state;
	assert_int_equal(reply_text_check("%u of %q, %s, %c", NULL), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct error error = {""};

		if (reply_text_check(wrong[i], &error) == 0)
			fail_msg("%s", wrong[i]);
		assert_non_null(strstr(error.text, "ASCII"));
	}
	memset(too_long, 'x', sizeof(too_long));
	too_long[sizeof(too_long) - 1] = '\0';
	assert_int_equal(reply_text_check(too_long, NULL), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_take_their_places),
		cmocka_unit_test(no_quota_is_unlimited),
		cmocka_unit_test(what_does_not_fit_is_cut),
		cmocka_unit_test(texts_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
