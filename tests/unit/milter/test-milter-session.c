/* SPDX-License-Identifier: MIT
 *
 * Sessions of the mail filter, driven as libmilter drives them.
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
#include "milter/session/session.h"
#include "tests/unit/milter/milter-fixture.h"

static const char *const no_parameters[] = {NULL};

static struct session *begin(const struct milter_fixture *fixture,
			     bool internal)
{
	struct session *session = session_new(&fixture->service, internal);

	assert_non_null(session);
	assert_int_equal(session_begin(session,
				       internal ? "x@remote.example"
						: "<x@remote.example>",
				       no_parameters, NULL),
			 0);
	return session;
}

static void expect_taken(struct session *session, const char *address)
{
	assert_null(
		session_add_recipient(session, address, no_parameters).code);
}

static void expect_code(struct session *session, const char *address,
			const char *code, const char *status)
{
	struct smtp_reply reply =
		session_add_recipient(session, address, no_parameters);

	assert_non_null(reply.code);
	assert_string_equal(reply.code, code);
	assert_string_equal(reply.status, status);
}

/* The tags of a header that forwarding adds; NULL when nothing is. */
static char *decide(struct session *session, const char *expected_code)
{
	struct envelope_plan plan;
	char *header;

	assert_int_equal(session_decide(session, &plan, &header), 0);
	if (expected_code == NULL)
		assert_null(plan.reply.code);
	else
		assert_string_equal(plan.reply.code, expected_code);
	session_report(session, &plan, NULL);
	envelope_plan_free(&plan);
	return header;
}

static void declared_size_counts(void **state)
{
	static const struct {
		const char *parameter;
		bool taken;
	} cases[] = {
		{"SIZE=10000", true},
		{"SIZE=10001", false},
		{"size=10001", false},
		{"SIZE=99999999999999999999", false},
		/* Not understood: as if not declared. */
		{"SIZE=", true},
		{"SIZE=-1", true},
		{"SIZE=20000x", true},
		{"SIZED=20000", true},
		{"BODY=8BITMIME", true},
	};
	struct session *session =
		session_new(&((struct milter_fixture *)*state)->service, false);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const parameters[] = {"BODY=7BIT",
						  cases[i].parameter, NULL};
		struct smtp_reply reply;

		assert_int_equal(session_begin(session, "<x@remote.example>",
					       parameters, NULL),
				 0);
		reply = session_add_recipient(session, "<small@alumni.example>",
					      no_parameters);
		if ((reply.code == NULL) != cases[i].taken)
			fail_msg("%s", cases[i].parameter);
	}
	session_free(&session);
}

/* Header lines count with CRLF, folded ones too, and the empty line. */
static void true_size_is_counted_to_the_byte(void **state)
{
	/* "Subject: a" CRLF " b" CRLF, CRLF: 18 bytes. */
	const size_t fits = 10000 - 18;

	for (size_t over = 0; over < 2; over++) {
		struct session *session = begin(*state, false);

		expect_taken(session, "<small@alumni.example>");
		assert_true(session_needs_message(session));
		session_see_header(session, "Subject", "a\n b");
		session_see_body(session, fits - 7);
		session_see_body(session, 7 + over);
		assert_null(decide(session, over == 0 ? NULL : "552"));
		session_free(&session);
	}
}

static void mail_that_is_not_kept_may_have_any_size(void **state)
{
	struct session *session = begin(*state, false);

	expect_taken(session, "<away@alumni.example>");
	assert_true(session_needs_message(session));
	session_see_body(session, 65536);
	free(decide(session, NULL));
	session_free(&session);
}

static void nothing_is_decided_when_nothing_matters(void **state)
{
	struct session *session = begin(*state, false);

	expect_taken(session, "<alumna@alumni.example>");
	expect_taken(session, "<nobody@alumni.example>");
	expect_taken(session, "<x@foreign.example>");
	expect_taken(session, "<SRS0=a=b=c=d@alumni.example>");
	expect_taken(session, "<abuse@alumni.example>");
	assert_false(session_needs_message(session));
	session_free(&session);
}

static void a_refused_recipient_is_forgotten(void **state)
{
	static const char *const too_large[] = {"SIZE=10001", NULL};
	struct session *session = begin(*state, false);

	expect_code(session, "<disabled@alumni.example>", "550", "5.2.1");
	assert_false(session_needs_message(session));
	assert_int_equal(
		session_begin(session, "<x@remote.example>", too_large, NULL),
		0);
	expect_code(session, "<small@alumni.example>", "552", "5.2.2");
	assert_false(session_needs_message(session));
	expect_taken(session, "<away@alumni.example>");
	assert_true(session_needs_message(session));
	session_free(&session);
}

static void a_message_leaves_nothing_to_the_next(void **state)
{
	struct session *session = begin(*state, false);

	expect_taken(session, "<away@alumni.example>");
	session_see_header(session, "X", "y");
	session_end(session);
	session_end(session);
	assert_int_equal(session_begin(session, "<>", no_parameters, NULL), 0);
	assert_false(session_needs_message(session));
	/* Begun anew without an end. */
	expect_taken(session, "<away@alumni.example>");
	assert_int_equal(session_begin(session, "<>", no_parameters, NULL), 0);
	assert_false(session_needs_message(session));
	session_free(&session);
	assert_true(under_way_wait(
		((struct milter_fixture *)*state)->service.messages, 0));
}

static void under_way_as_long_as_the_message(void **state)
{
	const struct milter_fixture *fixture = *state;
	struct session *session = begin(fixture, false);

	assert_false(under_way_wait(fixture->service.messages, 0));
	session_end(session);
	assert_true(under_way_wait(fixture->service.messages, 0));
	session_free(&session);
}

/* Forwards, and returns our header. */
static char *forward(const struct milter_fixture *fixture, const char *address,
		     const char *header)
{
	struct session *session = begin(fixture, false);
	char *added;

	expect_taken(session, address);
	assert_true(session_needs_message(session));
	if (header != NULL)
		session_see_header(session, "x-alumnimail-forwarded", header);
	added = decide(session, NULL);
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
	struct session *session = begin(*state, false);
	char *added;

	session_see_header(session, FORWARD_TAG_HEADER, tag);
	assert_int_equal(session_begin(session, "<>", no_parameters, NULL), 0);
	expect_taken(session, "<away@alumni.example>");
	added = decide(session, NULL);
	assert_non_null(added);
	free(added);
	free(tag);
	session_free(&session);
}

/* The header is the dict service's, which hands its mail in on this machine;
   from outside, it must not keep mail from being forwarded. */
static void a_notice_is_of_this_machine_alone(void **state)
{
	for (int internal = 0; internal < 2; internal++) {
		struct session *session = begin(*state, internal != 0);
		char *header;

		expect_taken(session, internal != 0 ? "away@alumni.example"
						    : "<away@alumni.example>");
		session_see_header(session, "x-alumnimail-notice", "password");
		header = decide(session, NULL);
		assert_int_equal(header == NULL, internal);
		free(header);
		session_free(&session);
	}
}

static void nothing_begins_once_the_daemon_is_to_end(void **state)
{
	const struct milter_fixture *fixture = *state;
	struct milter_service service = fixture->service;
	struct session *session;

	service.messages = under_way_new();
	session = session_new(&service, false);
	assert_int_equal(session_begin(session, "<>", no_parameters, NULL), 0);
	under_way_close(service.messages);
	/* What had begun goes on. */
	expect_taken(session, "<away@alumni.example>");
	assert_false(under_way_wait(service.messages, 0));
	assert_int_equal(session_begin(session, "<>", no_parameters, NULL), -1);
	assert_true(under_way_wait(service.messages, 0));
	session_free(&session);
	under_way_free(&service.messages);
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
	struct session *session = begin(*state, false);
	char *header;

	expect_taken(session, "<away@alumni.example>");
	expect_taken(session, "<copy@alumni.example>");
	expect_taken(session, "<copy+x@alumni.example>");
	header = decide(session, NULL);
	assert_non_null(header);
	assert_int_equal(strlen(header), 2 * FORWARD_TAG_TEXT_BYTES);
	assert_memory_equal(header + FORWARD_TAG_TEXT_BYTES - 1, "\n\t", 2);
	free(header);
	session_free(&session);
}

static void a_store_that_fails_defers(void **state)
{
	const struct milter_fixture *fixture = *state;
	struct session *session = begin(fixture, false);

	milter_fixture_break(fixture);
	expect_code(session, "<alumna@alumni.example>", "451", "4.3.0");
	expect_taken(session, "<abuse@alumni.example>");
	expect_taken(session, "<x@foreign.example>");
	assert_false(session_needs_message(session));
	milter_fixture_mend(fixture);
	session_free(&session);
}

/* Where a recipient cannot be refused, the message is deferred at its end. */
static void a_store_that_fails_defers_internal_mail(void **state)
{
	const struct milter_fixture *fixture = *state;
	struct session *session = begin(fixture, true);
	struct envelope_plan plan;
	char *header;

	milter_fixture_break(fixture);
	expect_taken(session, "alumna@alumni.example");
	milter_fixture_mend(fixture);
	assert_true(session_needs_message(session));
	assert_int_equal(session_decide(session, &plan, &header), -1);
	assert_null(header);
	envelope_plan_free(&plan);
	session_end(session);
	/* The next message of the session is another matter. */
	assert_int_equal(session_begin(session, "", no_parameters, NULL), 0);
	expect_taken(session, "alumna@alumni.example");
	assert_false(session_needs_message(session));
	session_free(&session);
}

static void many_recipients_are_remembered(void **state)
{
	struct session *session = begin(*state, false);
	struct envelope_plan plan;
	char address[64];
	char *header;

	for (int i = 0; i < 1000; i++) {
		(void)snprintf(address, sizeof(address),
			       "<away+%d@alumni.example>", i);
		expect_taken(session, address);
	}
	assert_int_equal(session_decide(session, &plan, &header), 0);
	/* One new recipient, one new sender, and all the old ones gone. */
	assert_int_equal(plan.edit_count, 1002);
	assert_int_equal(strlen(header), FORWARD_TAG_TEXT_BYTES - 1);
	free(header);
	envelope_plan_free(&plan);
	session_free(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(declared_size_counts),
		cmocka_unit_test(true_size_is_counted_to_the_byte),
		cmocka_unit_test(mail_that_is_not_kept_may_have_any_size),
		cmocka_unit_test(nothing_is_decided_when_nothing_matters),
		cmocka_unit_test(a_refused_recipient_is_forgotten),
		cmocka_unit_test(a_message_leaves_nothing_to_the_next),
		cmocka_unit_test(under_way_as_long_as_the_message),
		cmocka_unit_test(what_was_forwarded_is_known_again),
		cmocka_unit_test(a_forged_tag_stops_nothing),
		cmocka_unit_test(tags_are_of_one_message),
		cmocka_unit_test(a_notice_is_of_this_machine_alone),
		cmocka_unit_test(nothing_begins_once_the_daemon_is_to_end),
		cmocka_unit_test(a_tag_of_an_older_secret_counts),
		cmocka_unit_test(every_forwarding_account_gets_one_tag),
		cmocka_unit_test(a_store_that_fails_defers),
		cmocka_unit_test(a_store_that_fails_defers_internal_mail),
		cmocka_unit_test(many_recipients_are_remembered),
	};

	return cmocka_run_group_tests(tests, milter_fixture_set_up,
				      milter_fixture_tear_down);
}
