/* SPDX-License-Identifier: MIT
 *
 * Sentences for people in the error of a commit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "protocol/refusal.h"

/* The sentence of an error as Dovecot gives it to the client. */
static void expect(const char *error, const char *sentence)
{
	size_t length = 0;
	const char *found = wire_refusal_parse(error, &length);

	if (sentence == NULL) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	assert_int_equal(length, strlen(sentence));
	assert_memory_equal(found, sentence, length);
}

static void round_trip(const char *sentence)
{
	char text[WIRE_REFUSAL_BYTES];
	char error[2 * WIRE_REFUSAL_BYTES];

	wire_refusal_format(sentence, text);
	expect(text, sentence);
	(void)snprintf(error, sizeof(error),
		       "dict-server returned failure: %s (reply took 0.1 s)",
		       text);
	expect(error, sentence);
}

static void test_round_trip(void **state __attribute__((unused)))
{
	char longest[ERROR_TEXT_BYTES];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	round_trip("");
	round_trip("This is not the code.");
	round_trip("Nor is \"alumni-refused: \".");
	round_trip("Nor is \"a :alumni-refused b :alumni-refused\".");
	round_trip(longest);
}

static void test_bytes(void **state __attribute__((unused)))
{
	char text[WIRE_REFUSAL_BYTES];
	char sentence[ERROR_TEXT_BYTES + 10];
	size_t length;

	wire_refusal_format("No.", text);
	assert_string_equal(text, "alumni-refused: No. :alumni-refused");
	/* What is too long loses its end, and no mark. */
	memset(sentence, 'x', sizeof(sentence) - 1);
	sentence[sizeof(sentence) - 1] = '\0';
	wire_refusal_format(sentence, text);
	assert_non_null(wire_refusal_parse(text, &length));
	assert_int_equal(length, ERROR_TEXT_BYTES - 1);
}

static void test_not_a_refusal(void **state __attribute__((unused)))
{
	expect("", NULL);
	expect("the database is locked", NULL);
	expect("alumni-refused: without an end", NULL);
	expect("without a beginning :alumni-refused", NULL);
	expect(" :alumni-refused the wrong way round alumni-refused: ", NULL);
	/* The marks do not share the space between them. */
	expect("alumni-refused: :alumni-refused", NULL);
	expect("alumni-refused:  :alumni-refused", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_not_a_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
