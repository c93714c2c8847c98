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
#include "tests/unit/milter/session-steps.h"

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
		/* Keywords that begin like SIZE. */
		{"SIZED=20000", true},
		{"SIZED20000", true},
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
		struct session *session = session_steps_begin(*state, false);

		session_steps_take(session, "<small@alumni.example>");
		assert_true(session_needs_message(session));
		session_see_header(session, "Subject", "a\n b");
		session_see_body(session, fits - 7);
		session_see_body(session, 7 + over);
		assert_null(session_steps_decide(session,
						 over == 0 ? NULL : "552"));
		session_free(&session);
	}
}

static void mail_that_is_not_kept_may_have_any_size(void **state)
{
	struct session *session = session_steps_begin(*state, false);

	session_steps_take(session, "<away@alumni.example>");
	assert_true(session_needs_message(session));
	session_see_body(session, 65536);
	free(session_steps_decide(session, NULL));
	session_free(&session);
}

static void nothing_is_decided_when_nothing_matters(void **state)
{
	struct session *session = session_steps_begin(*state, false);

	session_steps_take(session, "<alumna@alumni.example>");
	session_steps_take(session, "<nobody@alumni.example>");
	session_steps_take(session, "<x@foreign.example>");
	session_steps_take(session, "<SRS0=a=b=c=d@alumni.example>");
	session_steps_take(session, "<abuse@alumni.example>");
	assert_false(session_needs_message(session));
	session_free(&session);
}

static void a_refused_recipient_is_forgotten(void **state)
{
	static const char *const too_large[] = {"SIZE=10001", NULL};
	struct session *session = session_steps_begin(*state, false);

	session_steps_refuse(session, "<disabled@alumni.example>", "550",
			     "5.2.1");
	assert_false(session_needs_message(session));
	assert_int_equal(
		session_begin(session, "<x@remote.example>", too_large, NULL),
		0);
	session_steps_refuse(session, "<small@alumni.example>", "552", "5.2.2");
	assert_false(session_needs_message(session));
	session_steps_take(session, "<away@alumni.example>");
	assert_true(session_needs_message(session));
	session_free(&session);
}

static void a_message_leaves_nothing_to_the_next(void **state)
{
	struct session *session = session_steps_begin(*state, false);

	session_steps_take(session, "<away@alumni.example>");
	session_see_header(session, "X", "y");
	session_end(session);
	session_end(session);
	assert_int_equal(session_begin(session, "<>", no_parameters, NULL), 0);
	assert_false(session_needs_message(session));
	/* Begun anew without an end. */
	session_steps_take(session, "<away@alumni.example>");
	assert_int_equal(session_begin(session, "<>", no_parameters, NULL), 0);
	assert_false(session_needs_message(session));
	session_free(&session);
	assert_true(under_way_wait(
		((struct milter_fixture *)*state)->service.messages, 0));
}

static void under_way_as_long_as_the_message(void **state)
{
	const struct milter_fixture *fixture = *state;
	struct session *session = session_steps_begin(fixture, false);

	assert_false(under_way_wait(fixture->service.messages, 0));
	session_end(session);
	assert_true(under_way_wait(fixture->service.messages, 0));
	session_free(&session);
}

/* Whether the mailbox of away forwards a message, with a header or without. */
static bool forwards_next(struct session *session, const char *name,
			  const char *value)
{
	char *added;
	bool forwarded;

	assert_int_equal(
		session_begin(session, "x@remote.example", no_parameters, NULL),
		0);
	session_steps_take(session, "away@alumni.example");
	if (name != NULL)
		session_see_header(session, name, value);
	added = session_steps_decide(session, NULL);
	forwarded = added != NULL;
	free(added);
	return forwarded;
}

static void a_header_holds_for_its_message_alone(void **state)
{
	static const struct {
		const char *name;
		const char *value;
		bool internal;
	} cases[] = {
		{"X-Alumnimail-Notice", "password", true},
		{"X-Spam", "Yes", true},
		{"X-Spam", "Yes", false},
	};
	const struct milter_fixture *fixture = *state;
	char *marks[] = {"X-Spam: Yes", NULL};
	char **before = fixture->configuration->spam_headers;

	fixture->configuration->spam_headers = marks;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct session *session =
			session_new(&fixture->service, cases[i].internal);

		assert_false(
			forwards_next(session, cases[i].name, cases[i].value));
		if (!forwards_next(session, NULL, NULL))
			fail_msg("%s holds for the next message",
				 cases[i].name);
		session_free(&session);
	}
	fixture->configuration->spam_headers = before;
}

static void a_size_is_of_its_message_alone(void **state)
{
	static const char *const too_large[] = {"SIZE=10001", NULL};
	struct session *session = session_steps_begin(*state, false);

	session_steps_take(session, "<away@alumni.example>");
	session_see_body(session, 10001);
	free(session_steps_decide(session, NULL));
	assert_int_equal(
		session_begin(session, "<x@remote.example>", too_large, NULL),
		0);
	session_steps_refuse(session, "<small@alumni.example>", "552", "5.2.2");
	assert_int_equal(session_begin(session, "<x@remote.example>",
				       no_parameters, NULL),
			 0);
	session_steps_take(session, "<small@alumni.example>");
	assert_null(session_steps_decide(session, NULL));
	session_free(&session);
}

/* The header is the dict service's, which hands its mail in on this machine;
   from outside, it must not keep mail from being forwarded. */
static void a_notice_is_of_this_machine_alone(void **state)
{
	for (int internal = 0; internal < 2; internal++) {
		struct session *session =
			session_steps_begin(*state, internal != 0);
		char *header;

		session_steps_take(session, internal != 0
						    ? "away@alumni.example"
						    : "<away@alumni.example>");
		session_see_header(session, "x-alumnimail-notice", "password");
		header = session_steps_decide(session, NULL);
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
	session_steps_take(session, "<away@alumni.example>");
	assert_false(under_way_wait(service.messages, 0));
	assert_int_equal(session_begin(session, "<>", no_parameters, NULL), -1);
	assert_true(under_way_wait(service.messages, 0));
	session_free(&session);
	under_way_free(&service.messages);
}

static void a_store_that_fails_defers(void **state)
{
	const struct milter_fixture *fixture = *state;
	struct session *session = session_steps_begin(fixture, false);

	milter_fixture_break(fixture);
	session_steps_refuse(session, "<alumna@alumni.example>", "451",
			     "4.3.0");
	session_steps_take(session, "<abuse@alumni.example>");
	session_steps_take(session, "<x@foreign.example>");
	assert_false(session_needs_message(session));
	milter_fixture_mend(fixture);
	session_free(&session);
}

/* Where a recipient cannot be refused, the message is deferred at its end. */
static void a_store_that_fails_defers_internal_mail(void **state)
{
	const struct milter_fixture *fixture = *state;
	struct session *session = session_steps_begin(fixture, true);
	struct envelope_plan plan;
	char *header;

	milter_fixture_break(fixture);
	session_steps_take(session, "alumna@alumni.example");
	milter_fixture_mend(fixture);
	assert_true(session_needs_message(session));
	assert_int_equal(session_decide(session, &plan, &header), -1);
	assert_null(header);
	envelope_plan_free(&plan);
	session_end(session);
	/* The next message of the session is another matter. */
	assert_int_equal(session_begin(session, "", no_parameters, NULL), 0);
	session_steps_take(session, "alumna@alumni.example");
	assert_false(session_needs_message(session));
	session_free(&session);
}

/* ---- counts ---- */

static const char *const counters[] = {
	"recipients_total{outcome=\"taken\"}",
	"recipients_total{outcome=\"disabled\"}",
	"recipients_total{outcome=\"over-quota\"}",
	"recipients_total{outcome=\"sender-refused\"}",
	"recipients_total{outcome=\"deferred\"}",
	"messages_total{outcome=\"untouched\"}",
	"messages_total{outcome=\"decided\"}",
	"messages_total{outcome=\"refused\"}",
	"messages_total{outcome=\"deferred\"}",
	"messages_total{outcome=\"aborted\"}",
	"fates_total{fate=\"other\"}",
	"fates_total{fate=\"kept\"}",
	"fates_total{fate=\"forwarded\"}",
	"fates_total{fate=\"copied\"}",
};

#define COUNTERS (sizeof(counters) / sizeof(counters[0]))

static void read_counters(const struct milter_fixture *fixture,
			  long values_r[COUNTERS])
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	metrics_write(fixture->service.metrics, stream);
	assert_int_equal(fclose(stream), 0);
	for (size_t i = 0; i < COUNTERS; i++) {
		const char *line = strstr(text, counters[i]);

		assert_non_null(line);
		values_r[i] = strtol(line + strlen(counters[i]), NULL, 10);
	}
	free(text);
}

static void begin_another(struct session *session)
{
	assert_int_equal(session_begin(session, "<x@remote.example>",
				       no_parameters, NULL),
			 0);
}

/* Every answer to a recipient. Of these messages, one is passed and two are
   given up. */
static void answer_in_every_way(const struct milter_fixture *fixture,
				struct session *session)
{
	static const char *const too_large[] = {"SIZE=10001", NULL};

	begin_another(session);
	session_steps_take(session, "<alumna@alumni.example>");
	session_steps_refuse(session, "<disabled@alumni.example>", "550",
			     "5.2.1");
	milter_fixture_break(fixture);
	session_steps_refuse(session, "<small@alumni.example>", "451", "4.3.0");
	milter_fixture_mend(fixture);
	session_pass(session);
	session_end(session);

	assert_int_equal(
		session_begin(session, "<x@remote.example>", too_large, NULL),
		0);
	session_steps_refuse(session, "<small@alumni.example>", "552", "5.2.2");
	session_end(session);

	assert_int_equal(session_begin(session, "<alumna@alumni.example>",
				       no_parameters, "nobody"),
			 0);
	session_steps_refuse(session, "<x@foreign.example>", "550", "5.7.1");
}

/* Every end of a message. */
static void end_in_every_way(struct session *session)
{
	struct envelope_plan plan;
	char *header;

	begin_another(session);
	session_steps_take(session, "<alumna@alumni.example>");
	session_steps_take(session, "<away@alumni.example>");
	session_steps_take(session, "<copy@alumni.example>");
	session_steps_take(session, "<x@foreign.example>");
	free(session_steps_decide(session, NULL));
	session_end(session);

	begin_another(session);
	session_steps_take(session, "<small@alumni.example>");
	session_see_body(session, 10001);
	assert_null(session_steps_decide(session, "552"));

	/* The mail server refuses an edit. */
	begin_another(session);
	session_steps_take(session, "<away@alumni.example>");
	assert_int_equal(session_decide(session, &plan, &header), 0);
	session_report(session, &plan, "add-recipient");
	envelope_plan_free(&plan);
	free(header);
	session_end(session);
}

static void what_was_decided_is_counted(void **state)
{
	/* In the order of counters. */
	static const long expected[COUNTERS] = {7, 1, 1, 1, 1, 1, 1,
						1, 1, 2, 1, 1, 1, 1};
	const struct milter_fixture *fixture = *state;
	struct session *session;
	long before[COUNTERS], after[COUNTERS];

	session = session_new(&fixture->service, false);
	read_counters(fixture, before);
	answer_in_every_way(fixture, session);
	end_in_every_way(session);
	session_free(&session);
	read_counters(fixture, after);
	for (size_t i = 0; i < COUNTERS; i++) {
		if (after[i] - before[i] != expected[i])
			fail_msg("%s: %ld more", counters[i],
				 after[i] - before[i]);
	}
}

/* ---- many recipients ---- */

static void many_recipients_are_remembered(void **state)
{
	struct session *session = session_steps_begin(*state, false);
	struct envelope_plan plan;
	char address[64];
	char *header;

	for (int i = 0; i < SESSION_RECIPIENTS_MAX; i++) {
		(void)snprintf(address, sizeof(address),
			       "<away+%d@alumni.example>", i);
		session_steps_take(session, address);
	}
	assert_int_equal(session_decide(session, &plan, &header), 0);
	/* One new recipient, one new sender, and all the old ones gone. */
	assert_int_equal(plan.edit_count, 1002);
	assert_int_equal(strlen(header), FORWARD_TAG_TEXT_BYTES - 1);
	free(header);
	envelope_plan_free(&plan);
	session_free(&session);
}

/* As many as Postfix takes by default. Mail that does not come through smtpd
   cannot be answered one by one. */
static void there_is_a_bound_on_recipients_from_outside(void **state)
{
	for (int internal = 0; internal < 2; internal++) {
		struct session *session =
			session_steps_begin(*state, internal != 0);

		for (int i = 0; i < 1000; i++)
			session_steps_take(session, "x@foreign.example");
		if (internal != 0)
			session_steps_take(session, "away@alumni.example");
		else
			session_steps_refuse(session, "<away@alumni.example>",
					     "452", "4.5.3");
		assert_int_equal(session_needs_message(session), internal);
		session_free(&session);
	}
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
		cmocka_unit_test(a_header_holds_for_its_message_alone),
		cmocka_unit_test(a_size_is_of_its_message_alone),
		cmocka_unit_test(a_notice_is_of_this_machine_alone),
		cmocka_unit_test(nothing_begins_once_the_daemon_is_to_end),
		cmocka_unit_test(a_store_that_fails_defers),
		cmocka_unit_test(a_store_that_fails_defers_internal_mail),
		cmocka_unit_test(what_was_decided_is_counted),
		cmocka_unit_test(many_recipients_are_remembered),
		cmocka_unit_test(there_is_a_bound_on_recipients_from_outside),
	};

	return cmocka_run_group_tests(tests, milter_fixture_set_up,
				      milter_fixture_tear_down);
}
