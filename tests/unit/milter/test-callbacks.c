/* SPDX-License-Identifier: MIT
 *
 * What the callbacks answer to libmilter, and ask of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "milter/session/callbacks.h"
#include "milter/session/session.h"
#include "tests/unit/milter/fake-libmilter.h"
#include "tests/unit/milter/milter-fixture.h"

#define CTX  fake_libmilter_context()
#define CALL fake_libmilter.description

#define ALL_ACTIONS 0x1ffUL
#define ALL_STEPS   0x1fffffUL

static void connect_as(const char *daemon_name)
{
	fake_libmilter.daemon_name = daemon_name;
	assert_int_equal(CALL.xxfi_connect(CTX, (char *)"host", NULL),
			 SMFIS_NOREPLY);
}

static void begin(const char *sender)
{
	char *arguments[] = {(char *)sender, NULL};

	assert_int_equal(CALL.xxfi_envfrom(CTX, arguments), SMFIS_NOREPLY);
}

static sfsistat rcpt(const char *address)
{
	char *arguments[] = {(char *)address, NULL};

	return CALL.xxfi_envrcpt(CTX, arguments);
}

static sfsistat end_of_message(void)
{
	unsigned char text[] = "text\r\n";

	assert_int_equal(CALL.xxfi_header(CTX, (char *)"Subject", (char *)"x"),
			 SMFIS_NOREPLY);
	assert_int_equal(CALL.xxfi_body(CTX, text, sizeof(text) - 1),
			 SMFIS_NOREPLY);
	return CALL.xxfi_eom(CTX);
}

static void disconnect(void)
{
	assert_int_equal(CALL.xxfi_close(CTX), SMFIS_CONTINUE);
	assert_null(fake_libmilter.private_data);
}

static int set_up(void **state)
{
	struct milter_fixture *fixture;

	if (milter_fixture_set_up(state) != 0)
		return -1;
	fixture = *state;
	return callbacks_listen(&fixture->service, "/run/test", NULL);
}

/* Each test begins with nothing said and asked. */
static int forget(void **state)
{
	(void)state;
	fake_libmilter.failing = fake_libmilter.login = NULL;
	fake_libmilter.queue_id = NULL;
	fake_libmilter_forget();
	return 0;
}

static int64_t open_connections(void **state)
{
	const struct milter_fixture *fixture = *state;

	return metrics_gauge_value(fixture->service.metrics,
				   METRICS_OPEN_CONNECTIONS);
}

/* ---- before the first message ---- */

static void the_socket_is_libmilters_to_make(void **state)
{
	static const char *const steps[] = {"register", "setconn",
					    "opensocket"};
	const struct milter_fixture *fixture = *state;
	struct error error = {""};

	assert_int_equal(
		callbacks_listen(&fixture->service, "/run/test", &error), 0);
	assert_string_equal(fake_libmilter.connection, "unix:/run/test");
	assert_string_equal(fake_libmilter.calls, "opensocket(0) ");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		fake_libmilter.failing = steps[i];
		assert_int_equal(callbacks_listen(&fixture->service,
						  "/run/test", &error),
				 -1);
		assert_non_null(strstr(error.text, "/run/test"));
	}
}

static sfsistat negotiate(unsigned long actions, unsigned long steps,
			  unsigned long *actions_r, unsigned long *steps_r)
{
	unsigned long unused2 = 1, unused3 = 1;
	sfsistat status =
		CALL.xxfi_negotiate(CTX, actions, steps, 0, 0, actions_r,
				    steps_r, &unused2, &unused3);

	assert_int_equal(unused2, 0);
	assert_int_equal(unused3, 0);
	return status;
}

static void only_what_is_needed_is_agreed_on(void **state)
{
	const unsigned long needed = SMFIF_ADDHDRS | SMFIF_ADDRCPT |
				     SMFIF_ADDRCPT_PAR | SMFIF_DELRCPT |
				     SMFIF_CHGFROM;
	const unsigned long steps =
		SMFIP_NOHELO | SMFIP_NOUNKNOWN | SMFIP_NODATA | SMFIP_NOEOH |
		SMFIP_NR_CONN | SMFIP_NR_MAIL | SMFIP_NR_HDR | SMFIP_NR_BODY;
	unsigned long got_actions, got_steps;

	(void)state;
	assert_int_equal(
		negotiate(ALL_ACTIONS, ALL_STEPS, &got_actions, &got_steps),
		SMFIS_CONTINUE);
	assert_int_equal(got_actions, needed | SMFIF_SETSYMLIST);
	assert_int_equal(got_steps, steps);
	assert_string_equal(fake_libmilter.calls,
			    "setsymlist(0,{daemon_name}) "
			    "setsymlist(2,i {auth_authen}) setsymlist(3,i) "
			    "setsymlist(5,i) ");
	/* A mail server that lets nobody choose macros. */
	fake_libmilter_forget();
	assert_int_equal(negotiate(needed, steps, &got_actions, &got_steps),
			 SMFIS_CONTINUE);
	assert_int_equal(got_actions, needed);
	assert_string_equal(fake_libmilter.calls, "");
	/* One that lacks something. */
	for (unsigned long bit = 1; bit <= ALL_STEPS; bit <<= 1) {
		assert_int_equal(negotiate(ALL_ACTIONS & ~bit, ALL_STEPS,
					   &got_actions, &got_steps),
				 (needed & bit) != 0 ? SMFIS_REJECT
						     : SMFIS_CONTINUE);
		assert_int_equal(negotiate(ALL_ACTIONS, ALL_STEPS & ~bit,
					   &got_actions, &got_steps),
				 (steps & bit) != 0 ? SMFIS_REJECT
						    : SMFIS_CONTINUE);
	}
}

static void open_connections_are_counted(void **state)
{
	const int64_t before = open_connections(state);

	connect_as("smtpd");
	assert_int_equal(open_connections(state), before + 1);
	disconnect();
	assert_int_equal(open_connections(state), before);
	/* One that asked what we are, and no more. */
	disconnect();
	assert_int_equal(open_connections(state), before);
	/* One for which there is no memory. */
	fake_libmilter.failing = "setpriv";
	connect_as("smtpd");
	assert_int_equal(open_connections(state), before);
	begin("<x@remote.example>");
	assert_int_equal(rcpt("<alumna@alumni.example>"), SMFIS_TEMPFAIL);
	disconnect();
	assert_int_equal(open_connections(state), before);
}

static void connections_past_the_bound_are_deferred(void **state)
{
	const struct milter_fixture *fixture = *state;
	struct metrics *metrics = fixture->service.metrics;

	for (int past = 0; past < 2; past++) {
		const int64_t others = CALLBACKS_CONNECTIONS_MAX - 1 + past;

		metrics_raise(metrics, METRICS_OPEN_CONNECTIONS, others);
		connect_as("smtpd");
		begin("<x@remote.example>");
		fake_libmilter_forget();
		assert_int_equal(rcpt("<alumna@alumni.example>"),
				 past == 0 ? SMFIS_CONTINUE : SMFIS_TEMPFAIL);
		assert_string_equal(fake_libmilter.calls,
				    past == 0 ? "" : "setreply(451,4.3.0) ");
		disconnect();
		metrics_raise(metrics, METRICS_OPEN_CONNECTIONS, -others);
	}
}

/* ---- messages ---- */

static void replies_are_passed_on(void **state)
{
	const struct milter_fixture *fixture = *state;

	connect_as("smtpd");
	begin("<x@remote.example>");
	assert_int_equal(rcpt("<alumna@alumni.example>"), SMFIS_CONTINUE);
	assert_string_equal(fake_libmilter.calls, "");
	assert_int_equal(rcpt("<disabled@alumni.example>"), SMFIS_REJECT);
	assert_string_equal(fake_libmilter.calls, "setreply(550,5.2.1) ");
	fake_libmilter_forget();
	milter_fixture_break(fixture);
	assert_int_equal(rcpt("<alumna@alumni.example>"), SMFIS_TEMPFAIL);
	milter_fixture_mend(fixture);
	assert_string_equal(fake_libmilter.calls, "setreply(451,4.3.0) ");
	disconnect();
}

static void a_size_is_a_parameter_of_mail(void **state)
{
	char *arguments[] = {(char *)"<x@remote.example>", (char *)"SIZE=10001",
			     NULL};

	(void)state;
	connect_as("smtpd");
	assert_int_equal(CALL.xxfi_envfrom(CTX, arguments), SMFIS_NOREPLY);
	assert_int_equal(rcpt("<small@alumni.example>"), SMFIS_REJECT);
	disconnect();
}

static void parameters_of_rcpt_go_on(void **state)
{
	char *arguments[] = {(char *)"<copy@alumni.example>",
			     (char *)"ORCPT=rfc822;a@b.example",
			     (char *)"NOTIFY=NEVER", NULL};

	(void)state;
	connect_as("smtpd");
	begin("<>");
	assert_int_equal(CALL.xxfi_envrcpt(CTX, arguments), SMFIS_CONTINUE);
	assert_int_equal(end_of_message(), SMFIS_CONTINUE);
	assert_string_equal(fake_libmilter.calls,
			    "addrcpt(<copy@outside.example>,"
			    "ORCPT=rfc822;a@b.example NOTIFY=NEVER) "
			    "insheader:X-Alumnimail-Forwarded(0) ");
	disconnect();
}

static void the_daemon_name_says_what_is_internal(void **state)
{
	static const struct {
		const char *daemon_name;
		const char *login;
		sfsistat status;
	} cases[] = {
		{NULL, NULL, SMFIS_REJECT},
		{"smtpd", NULL, SMFIS_REJECT},
		{"internals", NULL, SMFIS_REJECT},
		{"internal", NULL, SMFIS_CONTINUE},
		/* Somebody who logged in is somebody else. */
		{"smtpd", "nobody", SMFIS_REJECT},
		{"smtpd", "alumna", SMFIS_REJECT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		connect_as(cases[i].daemon_name);
		fake_libmilter.login = cases[i].login;
		begin("<x@remote.example>");
		if (rcpt("<disabled@alumni.example>") != cases[i].status)
			fail_msg("case %zu", i);
		fake_libmilter.login = NULL;
		disconnect();
	}
}

static void a_login_is_judged(void **state)
{
	(void)state;
	connect_as("smtpd");
	fake_libmilter.login = "nobody";
	begin("<alumna@alumni.example>");
	assert_int_equal(rcpt("<x@foreign.example>"), SMFIS_REJECT);
	fake_libmilter.login = "alumna";
	begin("<alumna@alumni.example>");
	assert_int_equal(rcpt("<x@foreign.example>"), SMFIS_CONTINUE);
	assert_int_equal(CALL.xxfi_header(CTX, (char *)"From",
					  (char *)"away@alumni.example"),
			 SMFIS_NOREPLY);
	fake_libmilter_forget();
	assert_int_equal(end_of_message(), SMFIS_REJECT);
	assert_string_equal(fake_libmilter.calls, "setreply(550,5.7.1) ");
	disconnect();
}

static void edits_are_made_in_order(void **state)
{
	(void)state;
	connect_as("smtpd");
	begin("<x@remote.example>");
	assert_int_equal(rcpt("<away@alumni.example>"), SMFIS_CONTINUE);
	assert_int_equal(end_of_message(), SMFIS_CONTINUE);
	assert_string_equal(fake_libmilter.calls,
			    "addrcpt(<away@outside.example>,"
			    "ORCPT=rfc822;away@alumni.example) "
			    "delrcpt(<away@alumni.example>) chgfrom() "
			    "insheader:X-Alumnimail-Forwarded(0) ");
	/* The next one of the connection has nothing of it. */
	fake_libmilter_forget();
	begin("<x@remote.example>");
	assert_int_equal(rcpt("<alumna@alumni.example>"), SMFIS_CONTINUE);
	assert_int_equal(end_of_message(), SMFIS_CONTINUE);
	assert_string_equal(fake_libmilter.calls, "");
	disconnect();
}

static void spam_gets_a_header_for_junk(void **state)
{
	const struct milter_fixture *fixture = *state;
	char *marks[] = {(char *)"X-Spam: Yes", NULL};
	char **before = fixture->configuration->spam_headers;

	fixture->configuration->spam_headers = marks;
	for (int fails = 0; fails < 2; fails++) {
		fake_libmilter.failing =
			fails == 0 ? NULL : "insheader:X-Alumnimail-Junk";
		connect_as("smtpd");
		begin("<x@remote.example>");
		assert_int_equal(rcpt("<away@alumni.example>"), SMFIS_CONTINUE);
		(void)CALL.xxfi_header(CTX, (char *)"X-Spam", (char *)"Yes");
		fake_libmilter_forget();
		assert_int_equal(end_of_message(),
				 fails == 0 ? SMFIS_CONTINUE : SMFIS_TEMPFAIL);
		assert_string_equal(fake_libmilter.calls,
				    fails == 0
					    ? "insheader:X-Alumnimail-Junk(0) "
					    : "insheader:X-Alumnimail-Junk(0) "
					      "setreply(451,4.3.0) ");
		disconnect();
	}
	fixture->configuration->spam_headers = before;
}

static void an_edit_that_fails_defers_the_message(void **state)
{
	static const char *const edits[] = {"addrcpt", "delrcpt", "chgfrom",
					    "insheader:X-Alumnimail-Forwarded"};

	(void)state;
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		fake_libmilter.failing = edits[i];
		connect_as("smtpd");
		begin("<x@remote.example>");
		assert_int_equal(rcpt("<away@alumni.example>"), SMFIS_CONTINUE);
		fake_libmilter_forget();
		assert_int_equal(end_of_message(), SMFIS_TEMPFAIL);
		/* Nothing comes after it but the reply. */
		assert_non_null(strstr(fake_libmilter.calls, edits[i]));
		assert_ptr_equal(
			strchr(strstr(fake_libmilter.calls, edits[i]), ' ') + 1,
			strstr(fake_libmilter.calls, "setreply(451,4.3.0)"));
		disconnect();
	}
}

static void what_cannot_be_decided_is_deferred(void **state)
{
	const struct milter_fixture *fixture = *state;

	connect_as("internal");
	begin("x@remote.example");
	milter_fixture_break(fixture);
	assert_int_equal(rcpt("away@alumni.example"), SMFIS_CONTINUE);
	milter_fixture_mend(fixture);
	assert_int_equal(end_of_message(), SMFIS_TEMPFAIL);
	assert_string_equal(fake_libmilter.calls, "setreply(451,4.3.0) ");
	disconnect();
}

static void a_refused_message_is_not_edited(void **state)
{
	unsigned char body[8192] = {0};

	(void)state;
	connect_as("smtpd");
	begin("<x@remote.example>");
	assert_int_equal(rcpt("<small@alumni.example>"), SMFIS_CONTINUE);
	assert_int_equal(CALL.xxfi_body(CTX, body, sizeof(body)),
			 SMFIS_NOREPLY);
	assert_int_equal(CALL.xxfi_body(CTX, body, sizeof(body)),
			 SMFIS_NOREPLY);
	assert_int_equal(end_of_message(), SMFIS_REJECT);
	assert_string_equal(fake_libmilter.calls, "setreply(552,5.2.2) ");
	disconnect();
}

/* A message that is given up counts as under way no more. */
static void an_abort_ends_the_message(void **state)
{
	const struct milter_fixture *fixture = *state;

	connect_as("smtpd");
	begin("<x@remote.example>");
	assert_false(under_way_wait(fixture->service.messages, 0));
	assert_int_equal(CALL.xxfi_abort(CTX), SMFIS_CONTINUE);
	assert_true(under_way_wait(fixture->service.messages, 0));
	begin("<x@remote.example>");
	assert_int_equal(rcpt("<alumna@alumni.example>"), SMFIS_CONTINUE);
	assert_int_equal(end_of_message(), SMFIS_CONTINUE);
	assert_true(under_way_wait(fixture->service.messages, 0));
	disconnect();
	/* Without a connection there is nothing to give up. */
	assert_int_equal(CALL.xxfi_abort(CTX), SMFIS_CONTINUE);
}

/* Last: nothing begins any more afterwards. */
static void nothing_begins_when_the_daemon_is_to_end(void **state)
{
	const struct milter_fixture *fixture = *state;

	under_way_close(fixture->service.messages);
	connect_as("smtpd");
	begin("<x@remote.example>");
	assert_int_equal(rcpt("<alumna@alumni.example>"), SMFIS_TEMPFAIL);
	assert_string_equal(fake_libmilter.calls, "setreply(451,4.3.0) ");
	disconnect();
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup(function, forget)
	const struct CMUnitTest tests[] = {
		TEST(the_socket_is_libmilters_to_make),
		TEST(only_what_is_needed_is_agreed_on),
		TEST(open_connections_are_counted),
		TEST(connections_past_the_bound_are_deferred),
		TEST(replies_are_passed_on),
		TEST(a_size_is_a_parameter_of_mail),
		TEST(parameters_of_rcpt_go_on),
		TEST(the_daemon_name_says_what_is_internal),
		TEST(a_login_is_judged),
		TEST(edits_are_made_in_order),
		TEST(spam_gets_a_header_for_junk),
		TEST(an_edit_that_fails_defers_the_message),
		TEST(what_cannot_be_decided_is_deferred),
		TEST(a_refused_message_is_not_edited),
		TEST(an_abort_ends_the_message),
		TEST(nothing_begins_when_the_daemon_is_to_end),
	};

	return cmocka_run_group_tests(tests, set_up, milter_fixture_tear_down);
}
