/* SPDX-License-Identifier: MIT
 *
 * Transactions of a database of which a made-up driver says how its SQL ends:
 * what is committed, what is rolled back, and what is tried again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/database/driver.h"

#define LOG_BYTES 512

struct fake {
	struct database database; /* first */
	char log[LOG_BYTES];      /* what was executed */
	bool is_open;             /* a transaction */
	/* How many times the first statement that begins like this fails, and
	   whether that is a conflict. */
	const char *failing;
	int failures;
	bool conflicts;
	int runs; /* of the action */
};

static int execute(struct database *database, const char *sql,
		   struct error *error)
{
	struct fake *fake = (struct fake *)database;
	size_t used = strlen(fake->log);

	(void)snprintf(fake->log + used, sizeof(fake->log) - used, "%s|", sql);
	if (fake->failures > 0 &&
	    strncmp(sql, fake->failing, strlen(fake->failing)) == 0) {
		fake->failures--;
		database->was_conflict = fake->conflicts;
		return error_set(error, "made up");
	}
	if (strcmp(sql, "BEGIN") == 0 || strcmp(sql, "BEGIN ALONE") == 0)
		fake->is_open = true;
	if (strcmp(sql, "COMMIT") == 0 || strcmp(sql, "ROLLBACK") == 0)
		fake->is_open = false;
	return 0;
}

static bool is_in_transaction(const struct database *database)
{
	return ((const struct fake *)database)->is_open;
}

static const struct database_driver fake_driver = {
	.execute = execute,
	.is_in_transaction = is_in_transaction,
	.begin = "BEGIN",
	.begin_alone = "BEGIN ALONE",
	.sync = "SYNC",
	.do_not_sync = "NO SYNC",
};

static struct fake make_fake(const char *failing, int failures, bool conflicts)
{
	struct fake fake = {
		.failing = failing,
		.failures = failures,
		.conflicts = conflicts,
	};

	assert_int_equal(
		database_init(&fake.database, &fake_driver, "fake", NULL), 0);
	return fake;
}

static int change(void *context, struct error *error)
{
	struct fake *fake = context;

	fake->runs++;
	return database_execute(&fake->database, "CHANGE", error) < 0 ? -1 : 1;
}

static int run(struct fake *fake, int done)
{
	return database_transaction(&fake->database, change, fake, done, NULL);
}

static void what_is_done_is_committed(void **state)
{
	struct fake fake = make_fake("", 0, false);

	(void)state;
	assert_int_equal(run(&fake, 1), 1);
	assert_string_equal(fake.log, "BEGIN|CHANGE|COMMIT|");
}

static void any_other_result_is_rolled_back_and_returned(void **state)
{
	struct fake fake = make_fake("", 0, false);

	(void)state;
	assert_int_equal(run(&fake, 0), 1);
	assert_string_equal(fake.log, "BEGIN|CHANGE|ROLLBACK|");
	assert_int_equal(fake.runs, 1);
}

static void a_failure_is_rolled_back_and_not_tried_again(void **state)
{
	static const char *const failing[] = {"BEGIN", "CHANGE", "COMMIT"};

	(void)state;
	for (size_t i = 0; i < sizeof(failing) / sizeof(*failing); i++) {
		struct fake fake = make_fake(failing[i], 1, false);

		assert_int_equal(run(&fake, 1), -1);
		assert_false(fake.is_open);
		assert_int_equal(fake.database.depth, 0);
		assert_false(database_was_conflict(&fake.database));
		assert_int_equal(fake.runs, i == 0 ? 0 : 1);
	}
}

static void a_conflict_is_tried_again(void **state)
{
	static const char *const failing[] = {"BEGIN", "CHANGE", "COMMIT"};

	(void)state;
	for (size_t i = 0; i < sizeof(failing) / sizeof(*failing); i++) {
		struct fake fake = make_fake(failing[i], 2, true);

		assert_int_equal(run(&fake, 1), 1);
		assert_false(fake.is_open);
		assert_int_equal(fake.runs, i == 0 ? 1 : 3);
		assert_int_equal(fake.failures, 0);
	}
}

static void a_conflict_that_stays_is_given_up(void **state)
{
	struct fake fake = make_fake("CHANGE", 100, true);

	(void)state;
	assert_int_equal(run(&fake, 1), -1);
	assert_int_equal(fake.runs, 1 + DATABASE_RETRIES_MAX);
	assert_true(database_was_conflict(&fake.database));
	assert_false(fake.is_open);
}

static int run_inner(void *context, struct error *error)
{
	struct fake *fake = context;

	return database_transaction(&fake->database, change, fake, 1, error);
}

static void one_inside_another_leaves_the_retry_to_it(void **state)
{
	struct fake fake = make_fake("CHANGE", 1, true);

	(void)state;
	assert_int_equal(
		database_transaction(&fake.database, run_inner, &fake, 1, NULL),
		1);
	assert_string_equal(
		fake.log,
		"BEGIN|SAVEPOINT inner_one|CHANGE|"
		"ROLLBACK TO inner_one; RELEASE inner_one|ROLLBACK|"
		"BEGIN|SAVEPOINT inner_one|CHANGE|RELEASE inner_one|COMMIT|");
}

static void one_may_begin_beside_no_other(void **state)
{
	struct fake fake = make_fake("", 0, false);

	(void)state;
	assert_int_equal(database_begin_alone(&fake.database, NULL), 0);
	database_rollback(&fake.database);
	database_rollback(&fake.database);
	assert_string_equal(fake.log, "BEGIN ALONE|ROLLBACK|");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_done_is_committed),
		cmocka_unit_test(any_other_result_is_rolled_back_and_returned),
		cmocka_unit_test(a_failure_is_rolled_back_and_not_tried_again),
		cmocka_unit_test(a_conflict_is_tried_again),
		cmocka_unit_test(a_conflict_that_stays_is_given_up),
		cmocka_unit_test(one_inside_another_leaves_the_retry_to_it),
		cmocka_unit_test(one_may_begin_beside_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
