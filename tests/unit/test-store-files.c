/* SPDX-License-Identifier: MIT
 *
 * The files of the SQLite store: creating and upgrading, who may reach what,
 * and that a store which cannot be read is never taken for an empty one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <fcntl.h>
#include <grp.h>
#include <sqlite3.h>

#include "lib/store-sqlite-migrations.h"
#include "tests/unit/store-fixture.h"

#define MANY_ACCOUNTS     400
#define PAGE_BYTES        4096
#define CREATORS          6
#define ACCOUNTS_STEPS    ((int)accounts_migrations.count)
#define CREDENTIALS_STEPS ((int)credentials_migrations.count)
#define ALL_STEPS         (ACCOUNTS_STEPS + CREDENTIALS_STEPS)
/* A user and group that need not exist. */
#define STRANGER_ID 54321
#define SHARED_GID  54322

static void expect_failure(int result, const struct error *error,
			   const char *path, const char *what)
{
	assert_int_equal(result, -1);
	if (strstr(error->text, path) == NULL ||
	    strstr(error->text, what) == NULL)
		fail_msg("expected \"%s\" and \"%s\", got \"%s\"", path, what,
			 error->text);
}

static void expect_open_failure(const struct store_fixture *fixture,
				enum store_access access, const char *path,
				const char *what)
{
	struct store *store = NULL;
	struct error error = {""};
	int result = store_open(fixture->location, access, &store, &error);

	expect_failure(result, &error, path, what);
	assert_null(store);
}

static void execute(const char *path, const char *sql)
{
	sqlite3 *handle = NULL;

	assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
	assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

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

static void locations_are_checked(void **state)
{
	static const char *const bad[] = {"",         "/var/lib/alumnimail",
					  "sqlite",   "sqlite:store",
					  "sqlite:",  "mysql:/x",
					  "SQLITE:/x"};
	struct store *store = NULL;
	struct error error;

	(void)state;
	assert_int_equal(store_location_check("sqlite:/x", NULL), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		expect_failure(store_location_check(bad[i], &error), &error,
			       bad[i], "sqlite:");
		expect_failure(
			store_open(bad[i], STORE_ACCOUNTS, &store, &error),
			&error, bad[i], "sqlite:");
		expect_failure(store_create(bad[i], &error), &error, bad[i],
			       "sqlite:");
	}
}

static void missing_store_is_named(void **state)
{
	const struct store_fixture *fixture = *state;
	struct error error = {""};

	expect_open_failure(fixture, STORE_ACCOUNTS, fixture->folder,
			    "does not exist: create the store with "
			    "`alumnictl store init`");
	assert_int_equal(store_create(fixture->location, &error), ALL_STEPS);
	assert_int_equal(unlink(fixture->accounts), 0);
	expect_open_failure(fixture, STORE_ACCOUNTS, fixture->accounts,
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
	expect_failure(store_create(location, &error), &error,
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
	expect_open_failure(fixture, STORE_ACCOUNTS, fixture->accounts,
			    "upgrade it with `alumnictl store init`");
	assert_int_equal(store_create(fixture->location, NULL), ACCOUNTS_STEPS);
	assert_int_equal(truncate(fixture->credentials, 0), 0);
	expect_open_failure(fixture, STORE_ACCOUNTS_AND_CREDENTIALS,
			    fixture->credentials,
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
	execute(fixture->accounts, accounts_migrations.steps[0]);
	execute(fixture->accounts,
		"PRAGMA application_id = 0x414c4d41; PRAGMA user_version = 1;"
		"INSERT INTO accounts (id, name, class, enabled, created_at,"
		" directory, directory_id, forward_address, own_quota,"
		" usage_bytes, usage_messages, trash_oldest) VALUES"
		" ('1', 'alumna', 'alumni', 1, 7, '', '', 'a@b.example', 3,"
		"  4, 5, 6)");
	execute(fixture->credentials, credentials_migrations.steps[0]);
	execute(fixture->credentials,
		"PRAGMA application_id = 0x414c4d43; PRAGMA user_version = 1;"
		"INSERT INTO credentials VALUES"
		" ('1', 'password', '', '{CRYPT}x', 8)");
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
		store_credentials(store, "1", credentials, &count, NULL), 0);
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

	execute(fixture->accounts, "PRAGMA user_version = 99");
	expect_open_failure(fixture, STORE_ACCOUNTS, fixture->accounts,
			    "version 99");
	expect_failure(store_create(fixture->location, &error), &error,
		       fixture->accounts, "upgrade this program");
	(void)snprintf(pragma, sizeof(pragma), "PRAGMA user_version = %d",
		       ACCOUNTS_STEPS);
	execute(fixture->accounts, pragma);
	execute(fixture->credentials, "PRAGMA user_version = 99");
	expect_open_failure(fixture, STORE_ACCOUNTS_AND_CREDENTIALS,
			    fixture->credentials, "version 99");
}

static void files_of_others_are_left_alone(void **state)
{
	const struct store_fixture *fixture = *state;
	struct error error = {""};

	/* The two of ours, swapped. */
	assert_int_equal(rename(fixture->credentials, fixture->accounts), 0);
	expect_open_failure(fixture, STORE_ACCOUNTS, fixture->accounts,
			    "belongs to another program");
	expect_failure(store_create(fixture->location, &error), &error,
		       fixture->accounts, "belongs to another program");
	/* One without an id, but not empty. */
	assert_int_equal(unlink(fixture->accounts), 0);
	execute(fixture->accounts, "CREATE TABLE other (x)");
	expect_failure(store_create(fixture->location, &error), &error,
		       fixture->accounts, "belongs to another program");
}

static void damaged_header_is_named(void **state)
{
	const struct store_fixture *fixture = *state;
	struct error error = {""};

	overwrite(fixture->accounts, 0, 100);
	expect_open_failure(fixture, STORE_ACCOUNTS, fixture->accounts,
			    "restore it from a backup");
	expect_failure(store_create(fixture->location, &error), &error,
		       fixture->accounts, "restore it from a backup");
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
	expect_failure(
		store_account_by_name(store, "name7", &accounts[0], &error),
		&error, fixture->accounts, "damaged");
	expect_failure(store_account_by_id(store, "x", &accounts[0], &error),
		       &error, fixture->accounts, "damaged");
	expect_failure(
		store_accounts_after(store, "", accounts, 2, &count, &error),
		&error, fixture->accounts, "damaged");
	expect_failure(store_trash_older_than(store, 9, 0, 0, "", accounts, 2,
					      &count, &error),
		       &error, fixture->accounts, "damaged");
	expect_failure(store_account_set_enabled(store, "x", true, &error),
		       &error, fixture->accounts, "damaged");
	expect_failure(store_account_add(store, &other, 1, &error), &error,
		       fixture->accounts, "damaged");
	store_close(&store);
}

static void values_too_long_are_a_failure_and_not_cut(void **state)
{
	const struct store_fixture *fixture = *state;
	struct store *store = store_fixture_open(fixture, STORE_ACCOUNTS);
	struct account account = store_fixture_add(store, "alumna");
	struct error error = {""};

	execute(fixture->accounts,
		"UPDATE accounts SET forward_address = hex(randomblob(999))");
	expect_failure(store_account_by_name(store, "alumna", &account, &error),
		       &error, fixture->accounts, "forward_address");
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

	execute(fixture->credentials, "INSERT INTO credentials (account_id, "
				      "kind, label, hash, set_at)"
				      " VALUES ('a', 'token', '', 'h', 1)");
	expect_failure(store_credentials(store, "a", found, &count, &error),
		       &error, fixture->credentials, "unknown kind");
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
	expect_failure(store_account_add(store, &other, 1, &error), &error,
		       fixture->accounts, "kept it locked");
	expect_failure(store_usage_set(store, account.id,
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

static mode_t mode_of(const char *path)
{
	struct stat status;

	assert_int_equal(lstat(path, &status), 0);
	return status.st_mode & 07777;
}

static void modes_do_not_follow_the_umask(void **state)
{
	const struct store_fixture *fixture = *state;
	const char *folder = strchr(fixture->location, '/');
	char path[2 * FIXTURE_PATH_BYTES];
	mode_t umask_before = umask(0077);

	assert_int_equal(store_create(fixture->location, NULL), ALL_STEPS);
	(void)umask(umask_before);
	assert_int_equal(mode_of(folder), 0755);
	(void)snprintf(path, sizeof(path), "%s/accounts", folder);
	assert_int_equal(mode_of(path), 02770);
	(void)snprintf(path, sizeof(path), "%s/credentials", folder);
	assert_int_equal(mode_of(path), 02770);
	assert_int_equal(mode_of(fixture->accounts), 0660);
	assert_int_equal(mode_of(fixture->credentials), 0660);
}

static void layout_that_lets_too_many_in_is_found(void **state)
{
	const struct store_fixture *fixture = *state;
	struct error error = {""};

	assert_int_equal(chmod(fixture->credentials, 0666), 0);
	expect_failure(store_layout_check(fixture->location, &error), &error,
		       strchr(fixture->location, '/'),
		       "`alumnictl store init` as root");
	assert_int_equal(store_create(fixture->location, NULL), 0);
	assert_int_equal(mode_of(fixture->credentials), 0660);
}

static void planted_links_are_refused(void **state)
{
	const struct store_fixture *fixture = *state;
	char victim[2 * FIXTURE_PATH_BYTES];
	struct error error = {""};
	int fd;

	(void)snprintf(victim, sizeof(victim), "%s/victim", fixture->folder);
	fd = open(victim, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(fixture->accounts), 0);
	assert_int_equal(symlink(victim, fixture->accounts), 0);
	expect_failure(store_create(fixture->location, &error), &error,
		       fixture->accounts, "is not a file");
	expect_open_failure(fixture, STORE_ACCOUNTS, fixture->accounts, "");
	assert_int_equal(unlink(fixture->accounts), 0);
	assert_int_equal(link(victim, fixture->accounts), 0);
	expect_failure(store_create(fixture->location, &error), &error,
		       fixture->accounts, "second name");
	assert_int_equal(mode_of(victim), 0600);
}

static void store_may_be_reached_by_a_link(void **state)
{
	const struct store_fixture *fixture = *state;
	char link_path[2 * FIXTURE_PATH_BYTES];
	char location[3 * FIXTURE_PATH_BYTES];
	struct store *store = NULL;

	(void)snprintf(link_path, sizeof(link_path), "%s/link",
		       fixture->folder);
	assert_int_equal(symlink("store", link_path), 0);
	(void)snprintf(location, sizeof(location), "sqlite:%s", link_path);
	assert_int_equal(store_open(location, STORE_ACCOUNTS, &store, NULL), 0);
	store_close(&store);
}

static void accounts_open_without_the_credentials(void **state)
{
	const struct store_fixture *fixture = *state;
	struct store *store;

	assert_int_equal(unlink(fixture->credentials), 0);
	store = store_fixture_open(fixture, STORE_ACCOUNTS);
	(void)store_fixture_add(store, "alumna");
	store_close(&store);
	expect_open_failure(fixture, STORE_ACCOUNTS_AND_CREDENTIALS,
			    fixture->credentials, "does not exist");
}

/* Runs act in a process of the stranger, in that group alone. Its result must
   be the exit status. */
static void as_stranger(const struct store_fixture *fixture, gid_t group,
			int (*act)(const struct store_fixture *), int result)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		if (setgroups(0, NULL) < 0 || setgid(group) < 0 ||
		    setuid(STRANGER_ID) < 0)
			_exit(101);
		_exit(act(fixture));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), result);
}

enum { FOUND = 1, ABSENT, OPEN_DENIED, OPEN_FAILED_OTHERWISE, FAILED };

static int open_as(const struct store_fixture *fixture,
		   enum store_access access)
{
	struct store *store = NULL;
	struct account account;
	struct error error = {""};
	int result = FAILED;

	if (store_open(fixture->location, access, &store, &error) < 0) {
		if (strstr(error.text, "Permission denied") != NULL &&
		    strstr(error.text, "`alumnictl store init`") != NULL)
			return OPEN_DENIED;
		(void)fprintf(stderr, "%s\n", error.text);
		return OPEN_FAILED_OTHERWISE;
	}
	if (store_account_by_name(store, "alumna", &account, &error) == 1 &&
	    store_usage_set(store, account.id,
			    &(struct usage_count){
				    .bytes = 5, .messages = 5, .counted_at = 0},
			    0, &error) == 1)
		result = FOUND;
	else
		(void)fprintf(stderr, "%s\n", error.text);
	store_close(&store);
	return result;
}

static int open_accounts(const struct store_fixture *fixture)
{
	return open_as(fixture, STORE_ACCOUNTS);
}

static int open_both(const struct store_fixture *fixture)
{
	return open_as(fixture, STORE_ACCOUNTS_AND_CREDENTIALS);
}

static void share_accounts(const struct store_fixture *fixture)
{
	char folder[FIXTURE_PATH_BYTES];

	memcpy(folder, fixture->accounts, sizeof(folder));
	*strrchr(folder, '/') = '\0';
	assert_int_equal(chown(folder, 0, SHARED_GID), 0);
	assert_int_equal(chmod(folder, 02770), 0);
	assert_int_equal(chown(fixture->accounts, 0, SHARED_GID), 0);
}

static void milter_reads_accounts_after_the_last_writer_closed(void **state)
{
	const struct store_fixture *fixture = *state;
	struct store *store;
	char wal[2 * FIXTURE_PATH_BYTES];

	if (geteuid() != 0)
		skip();
	share_accounts(fixture);
	store = store_fixture_open(fixture, STORE_ACCOUNTS_AND_CREDENTIALS);
	(void)store_fixture_add(store, "alumna");
	/* While another has it open, and after the last has closed it. */
	as_stranger(fixture, SHARED_GID, open_accounts, FOUND);
	store_close(&store);
	(void)snprintf(wal, sizeof(wal), "%s-wal", fixture->accounts);
	assert_int_equal(access(wal, F_OK), -1);
	as_stranger(fixture, SHARED_GID, open_accounts, FOUND);
	/* But passwords it never sees. */
	as_stranger(fixture, SHARED_GID, open_both, OPEN_DENIED);
	/* And what it left behind is no obstacle. */
	store = store_fixture_open(fixture, STORE_ACCOUNTS_AND_CREDENTIALS);
	(void)store_fixture_add(store, "other");
	store_close(&store);
}

static void strangers_are_told_why_they_are_refused(void **state)
{
	const struct store_fixture *fixture = *state;

	if (geteuid() != 0)
		skip();
	as_stranger(fixture, STRANGER_ID, open_accounts, OPEN_DENIED);
}

/* Renames the folder of the credentials, to put another in its place. */
static int replace_credentials(const struct store_fixture *fixture)
{
	char folder[FIXTURE_PATH_BYTES];
	char other[FIXTURE_PATH_BYTES + 8];

	memcpy(folder, fixture->credentials, sizeof(folder));
	*strrchr(folder, '/') = '\0';
	(void)snprintf(other, sizeof(other), "%s.old", folder);
	return rename(folder, other) == 0 ? FOUND : FAILED;
}

static void milter_cannot_replace_the_credentials(void **state)
{
	const struct store_fixture *fixture = *state;

	if (geteuid() != 0)
		skip();
	share_accounts(fixture);
	as_stranger(fixture, SHARED_GID, replace_credentials, FAILED);
}

#define STORE_TEST(function)                                                   \
	cmocka_unit_test_setup_teardown(function, store_fixture_set_up,        \
					store_fixture_tear_down)
#define EMPTY_TEST(function)                                                   \
	cmocka_unit_test_setup_teardown(function, store_fixture_set_up_empty,  \
					store_fixture_tear_down)

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
		STORE_TEST(damaged_header_is_named),
		STORE_TEST(damaged_pages_are_a_failure_and_not_an_absence),
		STORE_TEST(values_too_long_are_a_failure_and_not_cut),
		STORE_TEST(unknown_kind_of_credential_is_a_failure),
		STORE_TEST(locked_store_fails_to_write_and_still_reads),
		EMPTY_TEST(modes_do_not_follow_the_umask),
		STORE_TEST(layout_that_lets_too_many_in_is_found),
		STORE_TEST(planted_links_are_refused),
		STORE_TEST(store_may_be_reached_by_a_link),
		STORE_TEST(accounts_open_without_the_credentials),
		STORE_TEST(milter_reads_accounts_after_the_last_writer_closed),
		STORE_TEST(strangers_are_told_why_they_are_refused),
		STORE_TEST(milter_cannot_replace_the_credentials),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
