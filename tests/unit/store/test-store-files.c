/* SPDX-License-Identifier: MIT
 *
 * The files of the SQLite store: where they are, creating and upgrading them,
 * and that those of others are left alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/configuration/store-location.h"
#include "lib/store/sqlite-migrations.h"
#include "tests/unit/store/store-fixture.h"

#define CREATORS          6
#define ACCOUNTS_STEPS    ((int)accounts_migrations.count)
#define CREDENTIALS_STEPS ((int)credentials_migrations.count)
#define OLD_ID            "0123456789abcdef0123456789abcdef"
#define ALL_STEPS         (ACCOUNTS_STEPS + CREDENTIALS_STEPS)

static void locations_are_checked(void **state)
{
	static const char *const bad[] = {"",         "/var/lib/alumnimail",
					  "sqlite",   "sqlite:store",
					  "sqlite:",  "mysql:/x",
					  "SQLITE:/x"};
	struct store_location location;
	struct store *store = NULL;
	struct error error;

	(void)state;
	assert_int_equal(store_location_parse("sqlite:/x", &location, NULL), 0);
	assert_int_equal(location.engine, STORE_ENGINE_SQLITE);
	assert_string_equal(location.place, "/x");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		store_fixture_expect_failure(
			store_location_parse(bad[i], &location, &error), &error,
			bad[i], "sqlite:");
		store_fixture_expect_failure(
			store_open(bad[i], STORE_ACCOUNTS, &store, &error),
			&error, bad[i], "sqlite:");
		store_fixture_expect_failure(store_create(bad[i], &error),
					     &error, bad[i], "sqlite:");
	}
}

static void missing_store_is_named(void **state)
{
	const struct store_fixture *fixture = *state;
	struct error error = {""};

	store_fixture_expect_open_failure(
		fixture, STORE_ACCOUNTS, fixture->folder,
		"does not exist: create the store with "
		"`alumnictl store init`");
	assert_int_equal(store_create(fixture->location, &error), ALL_STEPS);
	assert_int_equal(unlink(fixture->accounts), 0);
	store_fixture_expect_open_failure(fixture, STORE_ACCOUNTS,
					  fixture->accounts,
					  "`alumnictl store init`");
	/* Nothing was created by the attempt. */
	assert_int_equal(access(fixture->accounts, F_OK), -1);
}

static void folder_above_must_exist(void **state)
{
	const struct store_fixture *fixture = *state;
	char location[2 * FIXTURE_PATH_BYTES];
	struct error error = {""};

	(void)snprintf(location, sizeof(location), "sqlite:%s/no/store",
		       fixture->folder);
	store_fixture_expect_failure(store_create(location, &error), &error,
				     strchr(location, '/'), "cannot create");
}

static void creating_again_changes_nothing(void **state)
{
	const struct store_fixture *fixture = *state;
	struct store *store;
	struct account account;

	assert_int_equal(store_create(fixture->location, NULL), ALL_STEPS);
	store = store_fixture_open(fixture, STORE_ACCOUNTS_AND_CREDENTIALS);
	account = store_fixture_add(store, "alumna");
	/* While others have it open, too. */
	assert_int_equal(store_create(fixture->location, NULL), 0);
	assert_int_equal(store_account_by_name(store, "alumna", &account, NULL),
			 1);
	store_close(&store);
}

static void several_may_create_at_once(void **state)
{
	const struct store_fixture *fixture = *state;
	pid_t children[CREATORS];
	int done = 0;

	for (int i = 0; i < CREATORS; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0) {
			struct error error = {""};
			int result = store_create(fixture->location, &error);

			if (result < 0)
				(void)fprintf(stderr, "%s\n", error.text);
			_exit(result < 0 ? 100 : result);
		}
	}
	for (int i = 0; i < CREATORS; i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_true(WIFEXITED(status));
		done += WEXITSTATUS(status);
	}
	assert_int_equal(done, ALL_STEPS);
}

static void empty_files_are_upgraded(void **state)
{
	const struct store_fixture *fixture = *state;
	struct store *store;

	assert_int_equal(truncate(fixture->accounts, 0), 0);
	store_fixture_expect_open_failure(
		fixture, STORE_ACCOUNTS, fixture->accounts,
		"upgrade it with `alumnictl store init`");
	assert_int_equal(store_create(fixture->location, NULL), ACCOUNTS_STEPS);
	assert_int_equal(truncate(fixture->credentials, 0), 0);
	store_fixture_expect_open_failure(
		fixture, STORE_ACCOUNTS_AND_CREDENTIALS, fixture->credentials,
		"upgrade it with `alumnictl store init`");
	assert_int_equal(store_create(fixture->location, NULL),
			 CREDENTIALS_STEPS);
	store = store_fixture_open(fixture, STORE_ACCOUNTS_AND_CREDENTIALS);
	(void)store_fixture_add(store, "alumna");
	store_close(&store);
}

/* Back to the first version, with an account and its password. */
static void make_first_version(const struct store_fixture *fixture)
{
	assert_int_equal(truncate(fixture->accounts, 0), 0);
	assert_int_equal(truncate(fixture->credentials, 0), 0);
	store_fixture_execute(fixture->accounts, accounts_migrations.steps[0]);
	store_fixture_execute(
		fixture->accounts,
		"PRAGMA application_id = 0x414c4d41; PRAGMA user_version = 1;"
		"INSERT INTO accounts (id, name, class, enabled, created_at,"
		" directory, directory_id, forward_address, own_quota,"
		" usage_bytes, usage_messages, trash_oldest) VALUES"
		" ('" OLD_ID
		"', 'alumna', 'alumni', 1, 7, '', '', 'a@b.example', 3,"
		"  4, 5, 6)");
	store_fixture_execute(fixture->credentials,
			      credentials_migrations.steps[0]);
	store_fixture_execute(
		fixture->credentials,
		"PRAGMA application_id = 0x414c4d43; PRAGMA user_version = 1;"
		"INSERT INTO credentials VALUES"
		" ('" OLD_ID "', 'password', '', '{CRYPT}x', 8)");
}

static void the_first_version_is_upgraded_with_what_is_in_it(void **state)
{
	const struct store_fixture *fixture = *state;
	struct credential credentials[CREDENTIALS_MAX];
	struct account account;
	struct store *store;
	size_t count;

	make_first_version(fixture);
	assert_int_equal(store_create(fixture->location, NULL), ALL_STEPS - 2);
	store = store_fixture_open(fixture, STORE_ACCOUNTS_AND_CREDENTIALS);
	assert_int_equal(store_account_by_name(store, "alumna", &account, NULL),
			 1);
	assert_string_equal(account.forward_address, "a@b.example");
	assert_int_equal(account.created_at, 7);
	assert_int_equal(account.own_quota, 3);
	assert_int_equal(account.usage_bytes, 4);
	assert_int_equal(account.usage_messages, 5);
	assert_int_equal(account.trash_oldest, 6);
	assert_false(account_is_deleted(&account));
	assert_int_equal(
		store_credentials(store, OLD_ID, credentials, &count, NULL), 0);
	assert_int_equal(count, 1);
	assert_int_equal(credentials[0].set_at, 8);
	assert_int_equal(credentials[0].expires_at, 0);
	store_close(&store);
}

static void newer_version_is_left_alone(void **state)
{
	const struct store_fixture *fixture = *state;
	char pragma[64];
	struct error error = {""};

	store_fixture_execute(fixture->accounts, "PRAGMA user_version = 99");
	store_fixture_expect_open_failure(fixture, STORE_ACCOUNTS,
					  fixture->accounts, "version 99");
	store_fixture_expect_failure(store_create(fixture->location, &error),
				     &error, fixture->accounts,
				     "upgrade this program");
	(void)snprintf(pragma, sizeof(pragma), "PRAGMA user_version = %d",
		       ACCOUNTS_STEPS);
	store_fixture_execute(fixture->accounts, pragma);
	store_fixture_execute(fixture->credentials, "PRAGMA user_version = 99");
	store_fixture_expect_open_failure(fixture,
					  STORE_ACCOUNTS_AND_CREDENTIALS,
					  fixture->credentials, "version 99");
}

static void files_of_others_are_left_alone(void **state)
{
	const struct store_fixture *fixture = *state;
	struct error error = {""};

	/* The two of ours, swapped. */
	assert_int_equal(rename(fixture->credentials, fixture->accounts), 0);
	store_fixture_expect_open_failure(fixture, STORE_ACCOUNTS,
					  fixture->accounts,
					  "belongs to another program");
	store_fixture_expect_failure(store_create(fixture->location, &error),
				     &error, fixture->accounts,
				     "belongs to another program");
	/* One without an id, but not empty. */
	assert_int_equal(unlink(fixture->accounts), 0);
	store_fixture_execute(fixture->accounts, "CREATE TABLE other (x)");
	store_fixture_expect_failure(store_create(fixture->location, &error),
				     &error, fixture->accounts,
				     "belongs to another program");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(locations_are_checked),
		EMPTY_TEST(missing_store_is_named),
		EMPTY_TEST(folder_above_must_exist),
		EMPTY_TEST(creating_again_changes_nothing),
		EMPTY_TEST(several_may_create_at_once),
		STORE_TEST(empty_files_are_upgraded),
		STORE_TEST(the_first_version_is_upgraded_with_what_is_in_it),
		STORE_TEST(newer_version_is_left_alone),
		STORE_TEST(files_of_others_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
