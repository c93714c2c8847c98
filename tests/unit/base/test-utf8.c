/* SPDX-License-Identifier: MIT
 *
 * Text from outside reaches a terminal or JSON only when it is clean.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "lib/base/utf8.h"

static const struct {
	const char *name;
	const char *text;
	const char *clean;
} cases[] = {
	{"empty", "", ""},
	{"plain", "a b~", "a b~"},
	{"newline", "a\nb", "a?b"},
	{"escape sequence", "\x1b[31mred", "?[31mred"},
	{"delete", "a\x7f", "a?"},
	{"two bytes", "sm\xc3\xb8rg", "sm\xc3\xb8rg"},
	{"three bytes", "\xe2\x82\xac", "\xe2\x82\xac"},
	{"four bytes", "\xf0\x9f\x90\x98", "\xf0\x9f\x90\x98"},
	{"control character of Latin-1", "\xc2\x9b", "??"},
	{"first printable one", "\xc2\xa0", "\xc2\xa0"},
	{"lone continuation", "\x80z", "?z"},
	{"cut short", "a\xe2\x82", "a??"},
	{"cut by another", "\xc3(", "?("},
	{"not the shortest form", "\xc0\xaf", "??"},
	{"not the shortest form, long", "\xe0\x80\xaf", "???"},
	{"surrogate", "\xed\xa0\x80", "???"},
	{"beyond the last", "\xf4\x90\x80\x80", "????"},
	{"no first byte", "\xff\xfe", "??"},
	{"last control character of Latin-1", "\xc2\x9f", "??"},
	{"the last", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
};

static void test_text_is_cleaned(void **state)
{
	char clean[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		utf8_clean(cases[i].text, clean, sizeof(clean));
		if (strcmp(clean, cases[i].clean) != 0)
			fail_msg("%s: got \"%s\"", cases[i].name, clean);
		if (utf8_is_printable(cases[i].text) !=
		    (strcmp(cases[i].text, cases[i].clean) == 0))
			fail_msg("%s: utf8_is_printable", cases[i].name);
	}
}

static void test_long_text_is_cut_between_characters(void **state)
{
	char clean[4];

	(void)state;
	utf8_clean("ab\xc3\xb8", clean, sizeof(clean));
	assert_string_equal(clean, "ab");
	utf8_clean("abcd", clean, sizeof(clean));
	assert_string_equal(clean, "abc");
}

static void test_valid_text_may_have_control_characters(void **state)
{
	(void)state;
	assert_true(utf8_is_valid(""));
	assert_true(utf8_is_valid("a\n\x7f"));
	assert_true(utf8_is_valid("\xc2\x80\xe2\x82\xac"));
	assert_false(utf8_is_valid("a\xff"));
	assert_false(utf8_is_valid("a\xe2\x82"));
	assert_false(utf8_is_valid("\xc0\xaf"));
	assert_false(utf8_is_valid("\xed\xa0\x80"));
	assert_false(utf8_is_valid("\xf4\x90\x80\x80"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_cleaned),
		cmocka_unit_test(test_valid_text_may_have_control_characters),
		cmocka_unit_test(test_long_text_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
