/* SPDX-License-Identifier: MIT
 *
 * A store that cannot be read is never taken for an empty one: damaged, with
 * values that nobody wrote, or locked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sqlite3.h>

#include "lib/store/deleted.h"
#include "tests/unit/store/store-fixture.h"

#define MANY_ACCOUNTS 400
#define PAGE_BYTES    4096

static void overwrite(const char *path, off_t offset, size_t length)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	char bytes[PAGE_BYTES];

	assert_true(fd >= 0);
	memset(bytes, 0xa5, sizeof(bytes));
	while (length > 0) {
		size_t part = length < sizeof(bytes) ? length : sizeof(bytes);

		assert_int_equal(pwrite(fd, bytes, part, offset), part);
		offset += (off_t)part;
		length -= part;
	}
	assert_int_equal(close(fd), 0);
}

static void damaged_header_is_named(void **state)
{
	const struct store_fixture *fixture = *state;
	struct error error = {""};

	overwrite(fixture->accounts, 0, 100);
	store_fixture_expect_open_failure(fixture, STORE_ACCOUNTS,
					  fixture->accounts,
					  "restore it from a backup");
	store_fixture_expect_failure(store_create(fixture->location, &error),
				     &error, fixture->accounts,
				     "restore it from a backup");
}

static void damaged_pages_are_a_failure_and_not_an_absence(void **state)
{
	const struct store_fixture *fixture = *state;
	struct store *store = store_fixture_open(fixture, STORE_ACCOUNTS);
	struct account other = {.name = "other", .class_name = "alumni"};
	struct account accounts[2];
	struct error error = {""};
	struct stat status;
	size_t count;

	for (int i = 0; i < MANY_ACCOUNTS; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "name%d", i);
		(void)store_fixture_add(store, name);
	}
	store_close(&store);
	assert_int_equal(stat(fixture->accounts, &status), 0);
	assert_true(status.st_size > 4 * PAGE_BYTES);
	/* All but the page with the schema. */
	overwrite(fixture->accounts, PAGE_BYTES,
		  (size_t)status.st_size - PAGE_BYTES);
	store = store_fixture_open(fixture, STORE_ACCOUNTS);
	store_fixture_expect_failure(
		store_account_by_name(store, "name7", &accounts[0], &error),
		&error, fixture->accounts, "damaged");
	store_fixture_expect_failure(
		store_account_by_id(store, "x", &accounts[0], &error), &error,
		fixture->accounts, "damaged");
	store_fixture_expect_failure(
		store_accounts_after(store, "", accounts, 2, &count, &error),
		&error, fixture->accounts, "damaged");
	store_fixture_expect_failure(store_trash_older_than(store, 9, 0, 0, "",
							    accounts, 2, &count,
							    &error),
				     &error, fixture->accounts, "damaged");
	store_fixture_expect_failure(
		store_account_set_enabled(store, "x", true, &error), &error,
		fixture->accounts, "damaged");
	store_fixture_expect_failure(
		store_account_add(store, &other, 1, &error), &error,
		fixture->accounts, "damaged");
	store_close(&store);
}

static void values_too_long_are_a_failure_and_not_cut(void **state)
{
	const struct store_fixture *fixture = *state;
	struct store *store = store_fixture_open(fixture, STORE_ACCOUNTS);
	struct account account = store_fixture_add(store, "alumna");
	struct error error = {""};

	store_fixture_execute(
		fixture->accounts,
		"UPDATE accounts SET forward_address = hex(randomblob(999))");
	store_fixture_expect_failure(
		store_account_by_name(store, "alumna", &account, &error),
		&error, fixture->accounts, "forward_address");
	store_close(&store);
}

static void an_id_that_is_none_is_a_failure_and_never_a_path(void **state)
{
	static const char *const bad[] = {
		"../../../../../../../../../../..",
		"../3456789abcdef0123456789abcdef",
		"0123456789abcdef0123456789abcde/",
		"0123456789ABCDEF0123456789abcdef",
		"0123456789abcdef0123456789abcde",
		"0123456789abcdef0123456789abcdef0",
		"",
	};
	const struct store_fixture *fixture = *state;
	struct store *store =
		store_fixture_open(fixture, STORE_ACCOUNTS_AND_CREDENTIALS);
	struct account account = store_fixture_add(store, "alumna");
	char sql[128];
	size_t count;

	assert_int_equal(
		store_account_retire(store, account.id, 5, false, NULL), 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct error error = {""};
		char home[ACCOUNT_HOME_BYTES];

		(void)snprintf(sql, sizeof(sql),
			       "UPDATE accounts SET id = '%s'", bad[i]);
		store_fixture_execute(fixture->accounts, sql);
		store_fixture_expect_failure(
			store_deleted_until(store, 9, 0, "", &account, 1,
					    &count, &error),
			&error, fixture->accounts, "id is no valid value");
		assert_int_equal(count, 0);
		store_fixture_expect_failure(
			store_deleted_by_name(store, "alumna", &account,
					      &error),
			&error, fixture->accounts, "id is no valid value");
		/* Nor is it a part of a path, wherever it came from. */
		(void)snprintf(account.id, sizeof(account.id), "%s", bad[i]);
		if (strlen(bad[i]) < sizeof(account.id))
			assert_int_equal(account_home(&account, "/mail", home),
					 -1);
	}
	store_close(&store);
}

static void unknown_kind_of_credential_is_a_failure(void **state)
{
	const struct store_fixture *fixture = *state;
	struct store *store =
		store_fixture_open(fixture, STORE_ACCOUNTS_AND_CREDENTIALS);
	struct credential found[CREDENTIALS_MAX];
	struct error error = {""};
	size_t count;

	store_fixture_execute(fixture->credentials,
			      "INSERT INTO credentials (account_id, "
			      "kind, label, hash, set_at)"
			      " VALUES ('a', 'token', '', 'h', 1)");
	store_fixture_expect_failure(
		store_credentials(store, "a", found, &count, &error), &error,
		fixture->credentials, "unknown kind");
	store_close(&store);
}

static void locked_store_fails_to_write_and_still_reads(void **state)
{
	const struct store_fixture *fixture = *state;
	struct store *store = store_fixture_open(fixture, STORE_ACCOUNTS);
	struct account account = store_fixture_add(store, "alumna");
	struct account other = {.name = "other", .class_name = "alumni"};
	struct error error = {""};
	sqlite3 *handle = NULL;

	assert_int_equal(sqlite3_open(fixture->accounts, &handle), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(handle, "BEGIN IMMEDIATE", NULL, NULL, NULL),
		SQLITE_OK);
	store_fixture_expect_failure(
		store_account_add(store, &other, 1, &error), &error,
		fixture->accounts, "kept it locked");
	store_fixture_expect_failure(
		store_usage_set(store, account.id,
				&(struct usage_count){.bytes = 1,
						      .messages = 1,
						      .counted_at = 0},
				0, &error),
		&error, fixture->accounts, "kept it locked");
	assert_int_equal(store_account_by_name(store, "alumna", &account, NULL),
			 1);
	assert_int_equal(store_account_by_name(store, "other", &account, NULL),
			 0);
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
	assert_int_equal(store_account_add(store, &other, 1, NULL),
			 STORE_ADDED);
	store_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(damaged_header_is_named),
		STORE_TEST(damaged_pages_are_a_failure_and_not_an_absence),
		STORE_TEST(values_too_long_are_a_failure_and_not_cut),
		STORE_TEST(an_id_that_is_none_is_a_failure_and_never_a_path),
		STORE_TEST(unknown_kind_of_credential_is_a_failure),
		STORE_TEST(locked_store_fails_to_write_and_still_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
