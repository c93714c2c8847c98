/* SPDX-License-Identifier: MIT
 *
 * Who may reach what of the SQLite store: owners and modes, links that somebody
 * planted, and a milter that sees accounts but no credentials.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <fcntl.h>
#include <grp.h>

#include "lib/store/sqlite-migrations.h"
#include "tests/unit/store/store-fixture.h"

#define ALL_STEPS                                                              \
	((int)(accounts_migrations.count + credentials_migrations.count))
/* A user and group that need not exist. */
#define STRANGER_ID 54321
#define SHARED_GID  54322

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
	store_fixture_expect_failure(
		store_layout_check(fixture->location, &error), &error,
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
	store_fixture_expect_failure(store_create(fixture->location, &error),
				     &error, fixture->accounts,
				     "is not a file");
	store_fixture_expect_open_failure(fixture, STORE_ACCOUNTS,
					  fixture->accounts, "");
	assert_int_equal(unlink(fixture->accounts), 0);
	assert_int_equal(link(victim, fixture->accounts), 0);
	store_fixture_expect_failure(store_create(fixture->location, &error),
				     &error, fixture->accounts, "second name");
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
	store_fixture_expect_open_failure(
		fixture, STORE_ACCOUNTS_AND_CREDENTIALS, fixture->credentials,
		"does not exist");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
