/* SPDX-License-Identifier: MIT
 *
 * From headers: which addresses a mail program would show.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "milter/plan/from-header.h"

#define LIST_BYTES 4096

/* Addresses with | between them; "!" at the end when malformed. */
static void list(const char *value, char list_r[LIST_BYTES])
{
	char address[ADDRESS_BYTES];
	size_t used = 0;

	list_r[0] = '\0';
	for (int i = 0; i < 100; i++) {
		switch (from_header_next(&value, address)) {
		case FROM_HEADER_END:
			return;
		case FROM_HEADER_MALFORMED:
			(void)snprintf(list_r + used, LIST_BYTES - used, "!");
			return;
		case FROM_HEADER_ADDRESS:
			used += (size_t)snprintf(list_r + used,
						 LIST_BYTES - used, "%s|",
						 address);
		}
	}
	fail_msg("it does not end");
}

static const struct {
	const char *value;
	const char *addresses;
} headers[] = {
	{"a@b.example", "a@b.example|"},
	{" a@b.example ", "a@b.example|"},
	{"A B <a@b.example>", "a@b.example|"},
	{"\"B, A\" <a@b.example>", "a@b.example|"},
	{"\"A <x@y.example>\" <a@b.example>", "a@b.example|"},
	{"\"x@y.example\" <a@b.example>", "a@b.example|"},
	{"A (x@y.example, b) <a@b.example> (c)", "a@b.example|"},
	{"A (nested (twice) \\) ) <a@b.example>", "a@b.example|"},
	{"=?utf-8?q?J=C3=B8rgen?=\n <a@b.example>", "a@b.example|"},
	{"J\xc3\xb8rgen <a@b.example>", "a@b.example|"},
	{"a@b.example, C <c@d.example>", "a@b.example|c@d.example|"},
	{"a@b.example,\n\tc@d.example", "a@b.example|c@d.example|"},
	{",, a@b.example ,", "a@b.example|"},
	{"Team: a@b.example, C <c@d.example>;", "a@b.example|c@d.example|"},
	{"undisclosed:;", ""},
	{"", ""},
	{"(nobody)", ""},
	{"\"a b\"@c.example", "\"a b\"@c.example|"},
	{"\"a\\\"b\"@c.example", "\"a\\\"b\"@c.example|"},
	{"<@x.example:a@b.example>", "@x.example:a@b.example|"},
	{"alumna", "alumna|"},
	/* Two words are no address; whoever looks sees that. */
	{"A B", "A B|"},
	{"a @ b.example", "a @ b.example|"},
	{"<a@b.example> <c@d.example>", "!"},
	{"<a@b.example> c@d.example", "!"},
	{"a@b.example <c@d.example", "!"},
	{"a@b.example>", "!"},
	{"<>", "!"},
	{"<<a@b.example>>", "!"},
	{"\"unclosed <a@b.example>", "!"},
	{"(unclosed <a@b.example>", "!"},
	{"ceo@x.example: a@b.example;", "!"},
	{"a@b.example;c@d.example", "a@b.example|c@d.example|"},
};

static void addresses_are_found(void **state)
{
	char got[LIST_BYTES];
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		list(headers[i].value, got);
		if (strcmp(got, headers[i].addresses) == 0)
			continue;
		print_error("%s: expected %s, got %s\n", headers[i].value,
			    headers[i].addresses, got);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void what_is_too_long_is_malformed(void **state)
{
	char value[2 * ADDRESS_BYTES];
	char got[LIST_BYTES];

	(void)state;
	memset(value, 'a', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	list(value, got);
	assert_string_equal(got, "!");
	value[0] = '<';
	value[sizeof(value) - 2] = '>';
	list(value, got);
	assert_string_equal(got, "!");
	/* The display name may be. */
	(void)snprintf(value + sizeof(value) - 20, 20, " <a@b.example>");
	value[0] = 'a';
	list(value, got);
	assert_string_equal(got, "a@b.example|");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_found),
		cmocka_unit_test(what_is_too_long_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
