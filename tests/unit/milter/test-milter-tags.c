/* SPDX-License-Identifier: MIT
 *
 * Tags in a header, by which a message that was forwarded and came back is
 * known again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "milter/plan/forward-tag.h"
#include "protocol/headers.h"
#include "tests/unit/milter/session-steps.h"

/* Forwards, and returns our header. */
static char *forward(const struct milter_fixture *fixture, const char *address,
		     const char *header)
{
	struct session *session = session_steps_begin(fixture, false);
	char *added;

	session_steps_take(session, address);
	assert_true(session_needs_message(session));
	if (header != NULL)
		session_see_header(session, "x-alumnimail-forwarded", header);
	added = session_steps_decide(session, NULL);
	session_free(&session);
	return added;
}

static void what_was_forwarded_is_known_again(void **state)
{
	char *tag = forward(*state, "<away@alumni.example>", NULL);
	char *other = forward(*state, "<copy@alumni.example>", NULL);
	char folded[4 * FORWARD_TAG_TEXT_BYTES];

	assert_non_null(tag);
	assert_non_null(other);
	assert_int_equal(strlen(tag), FORWARD_TAG_TEXT_BYTES - 1);
	/* It says nothing to outsiders, not even twice the same. */
	assert_string_not_equal(tag, other);
	assert_null(forward(*state, "<Away+x@second.example>", tag));
	(void)snprintf(folded, sizeof(folded), "forged\r\n\t%s\n %s", other,
		       tag);
	assert_null(forward(*state, "<away@alumni.example>", folded));
	assert_null(forward(*state, "<copy@alumni.example>", folded));
	free(tag);
	free(other);
}

static void a_forged_tag_stops_nothing(void **state)
{
	char *tag = forward(*state, "<away@alumni.example>", NULL);
	char *added;

	added = forward(*state, "<copy@alumni.example>", tag);
	assert_non_null(added);
	free(added);
	for (size_t i = 0; i < FORWARD_TAG_TEXT_BYTES - 1; i++) {
		char saved = tag[i];

		tag[i] = saved == '0' ? '1' : '0';
		added = forward(*state, "<away@alumni.example>", tag);
		assert_non_null(added);
		free(added);
		tag[i] = saved;
	}
	free(tag);
}

static void tags_are_of_one_message(void **state)
{
	char *tag = forward(*state, "<away@alumni.example>", NULL);
	struct session *session = session_steps_begin(*state, false);
	char *added;

	session_see_header(session, HEADER_FORWARDED, tag);
	assert_int_equal(session_begin(session, "<>", no_parameters, NULL), 0);
	session_steps_take(session, "<away@alumni.example>");
	added = session_steps_decide(session, NULL);
	assert_non_null(added);
	free(added);
	free(tag);
	session_free(&session);
}

static void a_tag_of_an_older_secret_counts(void **state)
{
	static const unsigned char nonce[FORWARD_TAG_NONCE_BYTES] = {1};
	const struct milter_fixture *fixture = *state;
	const struct account away = milter_fixture_account(fixture, "away");
	char tag[FORWARD_TAG_TEXT_BYTES];

	forward_tag_make(fixture->settings->secrets[1], away.id, nonce, tag);
	assert_null(forward(fixture, "<away@alumni.example>", tag));
}

static void every_forwarding_account_gets_one_tag(void **state)
{
	struct session *session = session_steps_begin(*state, false);
	char *header;

	session_steps_take(session, "<away@alumni.example>");
	session_steps_take(session, "<copy@alumni.example>");
	session_steps_take(session, "<copy+x@alumni.example>");
	header = session_steps_decide(session, NULL);
	assert_non_null(header);
	assert_int_equal(strlen(header), 2 * FORWARD_TAG_TEXT_BYTES);
	assert_memory_equal(header + FORWARD_TAG_TEXT_BYTES - 1, "\n\t", 2);
	free(header);
	session_free(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_forwarded_is_known_again),
		cmocka_unit_test(a_forged_tag_stops_nothing),
		cmocka_unit_test(tags_are_of_one_message),
		cmocka_unit_test(a_tag_of_an_older_secret_counts),
		cmocka_unit_test(every_forwarding_account_gets_one_tag),
	};

	return cmocka_run_group_tests(tests, milter_fixture_set_up,
				      milter_fixture_tear_down);
}
