/* SPDX-License-Identifier: MIT
 *
 * Sessions of people who logged in: limits and the block; and settings that are
 * read anew meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/account/audit.h"
#include "tests/unit/milter/session-steps.h"

static struct smtp_reply add(struct session *session)
{
	return session_add_recipient(session, "<x@foreign.example>",
				     no_parameters);
}

static void expect(struct session *session, const char *code,
		   const char *status)
{
	struct smtp_reply reply = add(session);

	assert_non_null(reply.code);
	assert_string_equal(reply.code, code);
	assert_string_equal(reply.status, status);
}

static struct store *open_store(const struct milter_fixture *fixture)
{
	return store_fixture_open(fixture->store, STORE_ACCOUNTS);
}

static void unblock(const struct milter_fixture *fixture, const char *name)
{
	struct store *store = open_store(fixture);
	struct account account = milter_fixture_account(fixture, name);

	/* What was counted so far goes into the store, to be cleared. */
	assert_int_equal(
		activity_counter_flush(fixture->service.activity, NULL), 0);
	assert_int_equal(store_sending_unblock(store, account.id, NULL), 1);
	store_close(&store);
}

static void expect_blocked(const struct milter_fixture *fixture,
			   const char *name, const char *reason)
{
	struct account account = milter_fixture_account(fixture, name);

	if (reason == NULL) {
		assert_false(account_sending_is_blocked(&account));
	} else {
		assert_true(account_sending_is_blocked(&account));
		assert_non_null(strstr(account.sending_block_reason, reason));
	}
}

static void past_a_limit(const struct milter_fixture *fixture,
			 unsigned int *limit, const char *reason)
{
	struct session *session =
		session_steps_submit(fixture, "Alumna@alumni.example");
	struct session *other = session_steps_submit(fixture, "alumna");
	struct session *bystander = session_steps_submit(fixture, "away");

	*limit = 3;
	assert_null(add(session).code);
	assert_null(add(other).code);
	/* Also over a write to the store. */
	assert_int_equal(
		activity_counter_flush(fixture->service.activity, NULL), 0);
	assert_null(add(session).code);
	expect_blocked(fixture, "alumna", NULL);
	expect(other, "550", "5.7.1");
	expect_blocked(fixture, "alumna", reason);
	expect(session, "550", "5.7.1");
	assert_null(add(bystander).code);
	/* Even where there is no limit any more. */
	*limit = 0;
	expect(session, "550", "5.7.1");
	unblock(fixture, "alumna");
	*limit = 3;
	assert_null(add(session).code);
	*limit = 0;
	unblock(fixture, "alumna");
	session_free(&session);
	session_free(&other);
	session_free(&bystander);
}

static void past_the_limit_of_an_hour(void **state)
{
	const struct milter_fixture *fixture = *state;

	fixture->configuration->submission_recipients_per_day = 0;
	past_a_limit(fixture,
		     &fixture->configuration->submission_recipients_per_hour,
		     "within an hour");
}

static void past_the_limit_of_a_day(void **state)
{
	const struct milter_fixture *fixture = *state;

	fixture->configuration->submission_recipients_per_hour = 0;
	past_a_limit(fixture,
		     &fixture->configuration->submission_recipients_per_day,
		     "within a day");
}

/* The smallest limit there is, alone. */
static void a_limit_of_one_holds(void **state)
{
	const struct milter_fixture *fixture = *state;
	struct configuration *configuration = fixture->configuration;
	unsigned int *const limits[] = {
		&configuration->submission_recipients_per_hour,
		&configuration->submission_recipients_per_day};

	for (size_t i = 0; i < 2; i++) {
		struct session *session =
			session_steps_submit(fixture, "alumna");

		*limits[i] = 1;
		*limits[1 - i] = 0;
		assert_null(add(session).code);
		expect(session, "550", "5.7.1");
		*limits[i] = 0;
		unblock(fixture, "alumna");
		session_free(&session);
	}
}

/* Whatever it was refused for. */
static void only_recipients_that_are_taken_count(void **state)
{
	const struct milter_fixture *fixture = *state;
	struct session *session = session_steps_submit(fixture, "alumna");
	struct smtp_reply reply;

	fixture->configuration->submission_recipients_per_hour = 2;
	assert_null(add(session).code);
	for (int i = 0; i < 3; i++) {
		reply = session_add_recipient(
			session, "<disabled@alumni.example>", no_parameters);
		assert_string_equal(reply.status, "5.2.1");
	}
	assert_null(add(session).code);
	expect(session, "550", "5.7.1");
	fixture->configuration->submission_recipients_per_hour = 0;
	unblock(fixture, "alumna");
	session_free(&session);
}

static void who_is_not_there_sends_nothing(void **state)
{
	const struct milter_fixture *fixture = *state;
	static const char *const logins[] = {"nobody", "disabled", "a b",
					     "alumna@foreign.example", "anna"};

	for (size_t i = 0; i < sizeof(logins) / sizeof(logins[0]); i++) {
		struct session *session =
			session_steps_submit(fixture, logins[i]);

		expect(session, "550", "5.7.1");
		session_free(&session);
	}
}

static void a_store_that_fails_defers_them(void **state)
{
	const struct milter_fixture *fixture = *state;
	struct session *session = session_steps_submit(fixture, "alumna");

	milter_fixture_break(fixture);
	expect(session, "451", "4.3.0");
	milter_fixture_mend(fixture);
	assert_null(add(session).code);
	session_free(&session);
}

static void a_password_change_ends_older_sessions(void **state)
{
	const struct milter_fixture *fixture = *state;
	const struct account account =
		milter_fixture_account(fixture, "alumna");
	struct session *session = session_steps_submit(fixture, "alumna");
	struct session *bystander = session_steps_submit(fixture, "away");
	char sql[256];

	assert_null(add(session).code);
	(void)snprintf(sql, sizeof(sql),
		       "INSERT INTO audit (at, account_id, account_name, actor,"
		       " origin, action, detail) VALUES (%lld, '%s', 'alumna',"
		       " '-', '-', '" AUDIT_PASSWORD_SET "', '')",
		       (long long)time(NULL) + 60, account.id);
	milter_fixture_execute(fixture, sql);
	expect(session, "421", "4.7.0");
	assert_null(add(bystander).code);
	milter_fixture_execute(fixture, "DELETE FROM audit WHERE action ="
					" '" AUDIT_PASSWORD_SET "'");
	assert_null(add(session).code);
	session_free(&session);
	session_free(&bystander);
}

/* A password that was stolen and changed must not go on when nobody can say
   that it was changed. */
static void a_change_that_cannot_be_looked_up_defers(void **state)
{
	const struct milter_fixture *fixture = *state;
	struct session *session = session_steps_submit(fixture, "alumna");

	milter_fixture_execute(fixture, "ALTER TABLE audit RENAME TO hidden");
	expect(session, "451", "4.3.0");
	milter_fixture_execute(fixture, "ALTER TABLE hidden RENAME TO audit");
	assert_null(add(session).code);
	session_free(&session);
}

/* ---- forwarding by the day ---- */

static bool is_forwarded(const struct milter_fixture *fixture,
			 const char *header)
{
	struct session *session = session_new(&fixture->service, false);
	struct envelope_plan plan;
	char *added;
	bool forwarded;

	assert_int_equal(session_begin(session, "<x@remote.example>",
				       no_parameters, NULL),
			 0);
	assert_null(session_add_recipient(session, "<gone@alumni.example>",
					  no_parameters)
			    .code);
	if (header != NULL)
		session_see_header(session, "X-Spam", header);
	assert_int_equal(session_decide(session, &plan, &added), 0);
	session_report(session, &plan, NULL);
	forwarded = added != NULL;
	assert_int_equal(plan.is_junk, header != NULL);
	free(added);
	envelope_plan_free(&plan);
	session_free(&session);
	return forwarded;
}

static void forwarding_has_a_limit_of_a_day(void **state)
{
	const struct milter_fixture *fixture = *state;

	fixture->configuration->forward_messages_per_day = 2;
	assert_true(is_forwarded(fixture, NULL));
	assert_int_equal(
		activity_counter_flush(fixture->service.activity, NULL), 0);
	assert_true(is_forwarded(fixture, NULL));
	assert_false(is_forwarded(fixture, NULL));
	fixture->configuration->forward_messages_per_day = 0;
	assert_true(is_forwarded(fixture, NULL));
}

/* Not once per recipient. */
static void a_message_counts_once_for_an_account(void **state)
{
	static const char *const recipients[] = {"<gone@alumni.example>",
						 "<away@alumni.example>",
						 "<away+x@second.example>"};
	const struct milter_fixture *fixture = *state;
	struct account account = milter_fixture_account(fixture, "away");
	struct session *session = session_new(&fixture->service, false);
	struct activity before, after;
	struct envelope_plan plan;
	char *added;

	assert_int_equal(activity_counter_read(fixture->service.activity,
					       account.id, &before, NULL),
			 0);
	assert_int_equal(session_begin(session, "<x@remote.example>",
				       no_parameters, NULL),
			 0);
	for (size_t i = 0; i < sizeof(recipients) / sizeof(*recipients); i++)
		assert_null(session_add_recipient(session, recipients[i],
						  no_parameters)
				    .code);
	assert_int_equal(session_decide(session, &plan, &added), 0);
	session_report(session, &plan, NULL);
	free(added);
	envelope_plan_free(&plan);
	session_free(&session);
	assert_int_equal(activity_counter_read(fixture->service.activity,
					       account.id, &after, NULL),
			 0);
	assert_int_equal(after.forwarded_in_day.count,
			 before.forwarded_in_day.count + 1);
}

/* ---- reading anew ---- */

static void settings_are_read_anew(void **state)
{
	const struct milter_fixture *fixture = *state;
	struct session *session = session_steps_submit(fixture, "alumna");
	const char *changed;
	struct error error = {""};

	milter_fixture_configure(fixture, "spam_headers = { \"X-Spam: Yes\" }");
	assert_int_equal(
		settings_reload(fixture->service.settings, &changed, &error),
		0);
	assert_null(changed);
	/* What had begun goes on as it began. */
	assert_null(add(session).code);
	session_free(&session);
	assert_false(is_forwarded(fixture, "Yes"));

	milter_fixture_configure(fixture, "no_such_option = 1");
	assert_int_equal(
		settings_reload(fixture->service.settings, &changed, &error),
		-1);
	assert_non_null(strstr(error.text, "no_such_option"));
	assert_false(is_forwarded(fixture, "Yes"));

	milter_fixture_configure(fixture, "milter_user = \"other\"");
	assert_int_equal(
		settings_reload(fixture->service.settings, &changed, &error),
		0);
	assert_string_equal(changed, "milter_user");
	milter_fixture_configure(fixture, "");
	assert_int_equal(
		settings_reload(fixture->service.settings, &changed, &error),
		0);
}

/* With what SQLite keeps beside the file. */
static void replace_accounts(const struct store_fixture *fixture,
			     const struct store_fixture *other)
{
	char ours[FIXTURE_PATH_BYTES + 32];
	char away[FIXTURE_PATH_BYTES + 32];
	char theirs[FIXTURE_PATH_BYTES + 32];

	(void)snprintf(ours, sizeof(ours), "%s/store/accounts",
		       fixture->folder);
	(void)snprintf(away, sizeof(away), "%s/store/away", fixture->folder);
	(void)snprintf(theirs, sizeof(theirs), "%s/store/accounts",
		       other->folder);
	assert_int_equal(rename(ours, away), 0);
	assert_int_equal(rename(theirs, ours), 0);
}

/* A handle that failed is of no use again: its file may have been replaced. */
static void a_failed_handle_is_opened_anew(void **state)
{
	struct milter_fixture *fixture = *state;
	struct milter_fixture *other;
	struct account account;
	struct store *store;

	assert_int_equal(milter_fixture_set_up((void **)&other), 0);
	store = open_store(other);
	(void)store_fixture_add(store, "newcomer");
	store_close(&store);
	settings_give(other->service.settings, &other->settings);
	service_close(&other->service);
	milter_fixture_break(fixture);
	assert_int_equal(store_pool_account(fixture->service.pool, "alumna",
					    &account, NULL),
			 -1);
	replace_accounts(fixture->store, other->store);
	assert_int_equal(store_pool_account(fixture->service.pool, "newcomer",
					    &account, NULL),
			 1);
	service_free(&other->service);
	(void)store_fixture_tear_down((void **)&other->store);
	free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(past_the_limit_of_an_hour),
		cmocka_unit_test(past_the_limit_of_a_day),
		cmocka_unit_test(a_limit_of_one_holds),
		cmocka_unit_test(only_recipients_that_are_taken_count),
		cmocka_unit_test(who_is_not_there_sends_nothing),
		cmocka_unit_test(a_store_that_fails_defers_them),
		cmocka_unit_test(a_password_change_ends_older_sessions),
		cmocka_unit_test(a_change_that_cannot_be_looked_up_defers),
		cmocka_unit_test(forwarding_has_a_limit_of_a_day),
		cmocka_unit_test(a_message_counts_once_for_an_account),
		cmocka_unit_test(settings_are_read_anew),
		/* Last: the store is another one then. */
		cmocka_unit_test(a_failed_handle_is_opened_anew),
	};

	return cmocka_run_group_tests(tests, milter_fixture_set_up,
				      milter_fixture_tear_down);
}
