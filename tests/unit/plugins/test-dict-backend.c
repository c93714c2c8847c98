/* SPDX-License-Identifier: MIT
 *
 * Tests of the dict driver without Dovecot, on a real store: look-ups
 * and commits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "tests/unit/plugins/dict-fixture.h"

static int commit(const struct dict_fixture *fixture, const char *user,
		  const char *key, const char *value)
{
	struct account_changes changes;
	struct error error = {.text = ""};

	account_changes_init(&changes);
	if (key != NULL && account_key_set(&changes, key, value, &error) < 0)
		fail_msg("%s", error.text);
	return dict_backend_commit(fixture->backend, user, &changes, &error);
}

static void expect(const struct dict_fixture *fixture, const char *user,
		   const char *key, const char *expected)
{
	char value[WIRE_VALUE_BYTES];
	struct error error = {.text = ""};

	if (dict_backend_lookup(fixture->backend, user, key, value, &error) !=
	    1)
		fail_msg("%s of %s: %s", key, user, error.text);
	assert_string_equal(value, expected);
}

static void test_lookup_and_commit(void **state)
{
	const struct dict_fixture *fixture = *state;
	char value[WIRE_VALUE_BYTES];
	struct error error;

	dict_fixture_add(fixture, "anna", "alumni");
	expect(fixture, "anna", "priv/quota/limit", "1000");
	expect(fixture, "Anna@Alumni.example", "priv/quota/limit", "1000");

	assert_int_equal(commit(fixture, "anna", NULL, NULL), 1);
	assert_int_equal(commit(fixture, "anna@alumni.example",
				"priv/quota/storage", "77"),
			 1);
	assert_int_equal(commit(fixture, "anna", "priv/quota/messages", "3"),
			 1);
	expect(fixture, "anna", "priv/quota/storage", "77");
	expect(fixture, "anna", "priv/quota/messages", "3");

	/* Absent, and not failed. */
	assert_int_equal(commit(fixture, "nobody", "priv/quota/storage", "1"),
			 0);
	assert_int_equal(commit(fixture, "anna@other.example",
				"priv/quota/storage", "1"),
			 0);
	assert_int_equal(dict_backend_lookup(fixture->backend, "nobody",
					     "priv/quota/limit", value, &error),
			 0);
	/* No such key, whoever asks. */
	assert_int_equal(dict_backend_lookup(fixture->backend, "anna",
					     "priv/nothing", value, &error),
			 -1);
}

static void test_trash_expired_compares(void **state)
{
	const struct dict_fixture *fixture = *state;

	dict_fixture_add(fixture, "anna", "alumni");
	assert_int_equal(commit(fixture, "anna", "priv/trash/oldest", "500"),
			 1);
	assert_int_equal(commit(fixture, "anna", "priv/trash/oldest", "900"),
			 1);
	expect(fixture, "anna", "priv/trash/state", "2 500 604800");
	/* A session saved since generation 1 was read: no error, no change. */
	assert_int_equal(commit(fixture, "anna", "priv/trash/expired", "1 0"),
			 1);
	expect(fixture, "anna", "priv/trash/oldest", "500");
	assert_int_equal(commit(fixture, "anna", "priv/trash/expired", "2 900"),
			 1);
	expect(fixture, "anna", "priv/trash/oldest", "900");
}

/* As the expiry reports: a count, and what is left in Trash. */
static int commit_report(const struct dict_fixture *fixture,
			 const char *storage, const char *counted_at,
			 const char *expired)
{
	const char *const sets[][2] = {
		{"priv/quota/storage", storage},
		{"priv/quota/messages", "1"},
		{"priv/quota/counted-at", counted_at},
		{"priv/quota/inbox", "7 2"},
		{"priv/trash/expired", expired},
	};
	struct account_changes changes;
	struct error error = {.text = ""};

	account_changes_init(&changes);
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		if (account_key_set(&changes, sets[i][0], sets[i][1], &error) <
		    0)
			fail_msg("%s", error.text);
	}
	return dict_backend_commit(fixture->backend, "anna", &changes, &error);
}

static void test_trash_is_not_expired_before_usage_is_right(void **state)
{
	const struct dict_fixture *fixture = *state;

	dict_fixture_add(fixture, "anna", "alumni");
	assert_int_equal(commit_report(fixture, "5", "10", "0 0"), 1);
	assert_int_equal(commit(fixture, "anna", "priv/trash/oldest", "500"),
			 1);
	/* A delivery that the count of 20 may have seen or not. */
	assert_int_equal(
		commit(fixture, "anna", "priv/quota/saved", "100 1 7 2 30"), 1);
	assert_int_equal(commit_report(fixture, "5", "20", "1 0"),
			 STORE_USAGE_AGAIN);
	expect(fixture, "anna", "priv/quota/storage", "105");
	expect(fixture, "anna", "priv/trash/oldest", "500");
	assert_int_equal(commit_report(fixture, "100", "40", "1 0"), 1);
	expect(fixture, "anna", "priv/quota/storage", "100");
	expect(fixture, "anna", "priv/trash/oldest", "0");
}

static void test_store_failure(void **state)
{
	const struct dict_fixture *fixture = *state;
	char moved[2 * FIXTURE_PATH_BYTES], value[WIRE_VALUE_BYTES];
	struct error error = {.text = ""};

	dict_fixture_add(fixture, "anna", "alumni");
	snprintf(moved, sizeof(moved), "%s.moved", fixture->place->accounts);
	assert_int_equal(rename(fixture->place->accounts, moved), 0);
	assert_int_equal(dict_backend_lookup(fixture->backend, "anna",
					     "priv/quota/limit", value, &error),
			 -1);
	assert_string_not_equal(error.text, "");
	assert_int_equal(commit(fixture, "anna", "priv/quota/storage", "5"),
			 -1);
	/* It mends itself. */
	assert_int_equal(rename(moved, fixture->place->accounts), 0);
	assert_int_equal(commit(fixture, "anna", "priv/quota/storage", "5"), 1);
	expect(fixture, "anna", "priv/quota/storage", "5");
}

static struct account read_account(const struct dict_fixture *fixture,
				   const char *id)
{
	struct account account;

	assert_int_equal(
		store_account_by_id(fixture->store, id, &account, NULL), 1);
	return account;
}

static void test_usage_makes_warnings_due(void **state)
{
	const struct dict_fixture *fixture = *state;
	const int64_t quota = 1000;
	struct account account = dict_fixture_add(fixture, "anna", "alumni");
	const char *id = account.id;

	assert_int_equal(
		store_account_set_quota(fixture->store, id, &quota, NULL), 1);
	assert_int_equal(commit(fixture, "anna", "priv/quota/storage", "799"),
			 1);
	assert_int_equal(read_account(fixture, id).warning_due, 0);
	assert_int_equal(commit(fixture, "anna", "priv/quota/storage", "800"),
			 1);
	assert_int_equal(read_account(fixture, id).warning_due, 80);
	assert_int_equal(
		store_warning_take(fixture->store, id, 80, "token", NULL), 1);
	/* Once per crossing. */
	assert_int_equal(commit(fixture, "anna", "priv/quota/storage", "940"),
			 1);
	assert_int_equal(read_account(fixture, id).warning_due, 0);
	assert_int_equal(commit(fixture, "anna", "priv/quota/storage", "1200"),
			 1);
	assert_int_equal(read_account(fixture, id).warning_due, 99);
	/* What is no longer so need not be said. */
	assert_int_equal(commit(fixture, "anna", "priv/quota/storage", "10"),
			 1);
	assert_int_equal(read_account(fixture, id).warning_due, 0);
	assert_int_equal(read_account(fixture, id).warned, 0);
	/* The next crossing. */
	assert_int_equal(commit(fixture, "anna", "priv/quota/storage", "960"),
			 1);
	assert_int_equal(read_account(fixture, id).warning_due, 95);

	expect(fixture, "anna", "priv/quota/warning-token", "token");
	assert_int_equal(commit(fixture, "anna", "priv/quota/warning-delivered",
				"other"),
			 1);
	expect(fixture, "anna", "priv/quota/warning-token", "token");
	assert_int_equal(commit(fixture, "anna", "priv/quota/warning-delivered",
				"token"),
			 1);
	assert_string_equal(read_account(fixture, id).warning_token, "");
}

/* ---- counts published at the same time ---- */

static int64_t monotonic_nsecs(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int publish(const struct dict_fixture *fixture, const char *bytes,
		   int64_t counted_at)
{
	struct account_changes changes;
	struct error error = {.text = ""};
	char number[32];

	snprintf(number, sizeof(number), "%lld", (long long)counted_at);
	account_changes_init(&changes);
	if (account_key_set(&changes, "priv/quota/storage", bytes, &error) <
		    0 ||
	    account_key_set(&changes, "priv/quota/counted-at", number, &error) <
		    0)
		fail_msg("%s", error.text);
	return dict_backend_commit(fixture->backend, "anna", &changes, &error);
}

/* In a process of its own: writes a count of later_at, and keeps the store
   locked for a while after that time. */
static void write_slowly(const struct dict_fixture *fixture, int64_t later_at,
			 int locked)
{
	const struct timespec while_ = {.tv_nsec = 50 * 1000 * 1000};
	char sql[128];
	sqlite3 *handle;

	snprintf(sql, sizeof(sql),
		 "BEGIN IMMEDIATE; UPDATE accounts SET usage_bytes = 20,"
		 " usage_counted_at = %lld",
		 (long long)later_at);
	if (sqlite3_open(fixture->place->accounts, &handle) != SQLITE_OK ||
	    sqlite3_exec(handle, sql, NULL, NULL, NULL) != SQLITE_OK ||
	    write(locked, "", 1) != 1)
		_exit(1);
	do {
		nanosleep(&while_, NULL);
	} while (monotonic_nsecs() < later_at);
	if (sqlite3_exec(handle, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		_exit(1);
	_exit(sqlite3_close(handle) == SQLITE_OK ? 0 : 1);
}

/* A count that waits for its turn to be written finds a later one, which it
   must not take for one of another clock. */
static void test_an_earlier_count_that_waited_is_ignored(void **state)
{
	const struct dict_fixture *fixture = *state;
	int64_t now = monotonic_nsecs();
	int status, locked[2];
	char byte;
	pid_t pid;

	dict_fixture_add(fixture, "anna", "alumni");
	assert_int_equal(publish(fixture, "5", now), 1);
	assert_int_equal(pipe(locked), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		write_slowly(fixture, now + INT64_C(300000000), locked[1]);
	assert_int_equal(read(locked[0], &byte, 1), 1);
	assert_int_equal(publish(fixture, "10", now + 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	expect(fixture, "anna", "priv/quota/storage", "20");
	close(locked[0]);
	close(locked[1]);

	/* It is one of another clock when it was there before, and later. */
	assert_int_equal(publish(fixture, "30", now + INT64_C(400000000)), 1);
	assert_int_equal(publish(fixture, "40", INT64_MAX), 1);
	assert_int_equal(publish(fixture, "50", now), 1);
	expect(fixture, "anna", "priv/quota/storage", "50");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DICT_TEST(test_lookup_and_commit),
		DICT_TEST(test_trash_expired_compares),
		DICT_TEST(test_trash_is_not_expired_before_usage_is_right),
		DICT_TEST(test_store_failure),
		DICT_TEST(test_usage_makes_warnings_due),
		DICT_TEST(test_an_earlier_count_that_waited_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
