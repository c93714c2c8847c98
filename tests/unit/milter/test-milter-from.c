/* SPDX-License-Identifier: MIT
 *
 * The From header of people who logged in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/milter/session-steps.h"

/* The end of a message, whose RCPT is done. Returns the code of the reply: ""
   for none, "-" when the message is deferred. */
static const char *end(struct session *session, const char *from)
{
	struct envelope_plan plan;
	const char *code = "-";
	char *header;

	assert_true(session_needs_message(session));
	session_see_header(session, "Subject", "x");
	if (from != NULL)
		session_see_header(session, "From", from);
	session_see_body(session, 1);
	if (session_decide(session, &plan, &header) == 0)
		code = plan.reply.code == NULL ? "" : plan.reply.code;
	free(header);
	envelope_plan_free(&plan);
	session_end(session);
	return code;
}

static const char *send_as(const struct milter_fixture *fixture,
			   const char *login, const char *from)
{
	struct session *session = session_steps_submit(fixture, login);
	const char *code;

	session_steps_take(session, "<x@foreign.example>");
	code = end(session, from);
	session_free(&session);
	return code;
}

static void from_must_be_their_own(void **state)
{
	static const struct {
		const char *from;
		const char *code;
	} cases[] = {
		{NULL, ""},
		{"alumna@alumni.example", ""},
		{"\"Anna N.\" <Alumna+list@second.example>", ""},
		{"Anna <anna@alumni.example>", ""},
		{"alumna", ""},
		{"a@b.example", "550"},
		{"Anna <away@alumni.example>", "550"},
		{"Anna <gone@alumni.example>", "550"},
		{"alumna@alumni.example, away@alumni.example", "550"},
		{"alumna@alumni.example <a@b.example>", "550"},
		{"nobody@alumni.example", "550"},
		{"alumna@alumni.example <", "550"},
		{"postmaster@alumni.example", "550"},
	};
	int wrong = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strcmp(send_as(*state, "alumna", cases[i].from),
			   cases[i].code) == 0)
			continue;
		print_error("From: %s\n", cases[i].from);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void role_addresses_are_the_postmasters_own(void **state)
{
	static const char *const own[] = {"postmaster@alumni.example",
					  "Abuse <abuse+x@second.example>"};
	static const char *const foreign[] = {"postmaster@foreign.example",
					      "alumna@alumni.example"};

	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(send_as(*state, "postmaster", own[i]), "");
		assert_string_equal(send_as(*state, "postmaster", foreign[i]),
				    "550");
	}
}

/* Also where the address would turn out to be somebody else's. */
static void a_from_that_cannot_be_looked_up_defers(void **state)
{
	static const char *const from[] = {"alumna@alumni.example",
					   "away@alumni.example"};
	const struct milter_fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		struct session *session =
			session_steps_submit(fixture, "alumna");

		session_steps_take(session, "<x@foreign.example>");
		milter_fixture_break(fixture);
		assert_string_equal(end(session, from[i]), "-");
		milter_fixture_mend(fixture);
		session_free(&session);
	}
}

static void a_foreign_from_is_of_its_message_alone(void **state)
{
	struct session *session = session_steps_submit(*state, "alumna");

	session_steps_take(session, "<x@foreign.example>");
	assert_string_equal(end(session, "away@alumni.example"), "550");
	assert_int_equal(session_begin(session, "<alumna@alumni.example>",
				       no_parameters, "alumna"),
			 0);
	session_steps_take(session, "<x@foreign.example>");
	assert_string_equal(end(session, "alumna@alumni.example"), "");
	session_free(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_must_be_their_own),
		cmocka_unit_test(role_addresses_are_the_postmasters_own),
		cmocka_unit_test(a_from_that_cannot_be_looked_up_defers),
		cmocka_unit_test(a_foreign_from_is_of_its_message_alone),
	};

	return cmocka_run_group_tests(tests, milter_fixture_set_up,
				      milter_fixture_tear_down);
}
