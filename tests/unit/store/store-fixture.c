/* SPDX-License-Identifier: MIT
 *
 * A store in a temporary folder; see tests/unit/store/store-fixture.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <ftw.h>
#include <sqlite3.h>

#include "lib/store/columns.h"
#include "tests/unit/store/store-fixture.h"

#define OPEN_FOLDERS 16

static int remove_entry(const char *path, const struct stat *status, int type,
			struct FTW *position)
{
	(void)status;
	(void)type;
	(void)position;
	return remove(path);
}

void store_fixture_remove(const char *folder)
{
	assert_int_equal(
		nftw(folder, remove_entry, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS),
		0);
}

int store_fixture_set_up_empty(void **state)
{
	struct store_fixture *fixture = calloc(1, sizeof(*fixture));
	char folder[] = "/tmp/test-store.XXXXXX";

	assert_non_null(fixture);
	assert_non_null(mkdtemp(folder));
	/* Other users of the machine may be let into the store below. */
	assert_int_equal(chmod(folder, 0755), 0);
	(void)snprintf(fixture->folder, sizeof(fixture->folder), "%s", folder);
	(void)snprintf(fixture->location, sizeof(fixture->location),
		       "sqlite:%s/store", folder);
	(void)snprintf(fixture->accounts, sizeof(fixture->accounts),
		       "%s/store/accounts/accounts.db", folder);
	(void)snprintf(fixture->credentials, sizeof(fixture->credentials),
		       "%s/store/credentials/credentials.db", folder);
	*state = fixture;
	return 0;
}

int store_fixture_set_up(void **state)
{
	struct store_fixture *fixture;
	struct error error = {""};

	(void)store_fixture_set_up_empty(state);
	fixture = *state;
	if (store_create(fixture->location, &error) < 0)
		fail_msg("%s", error.text);
	return 0;
}

int store_fixture_tear_down(void **state)
{
	struct store_fixture *fixture = *state;

	store_fixture_remove(fixture->folder);
	free(fixture);
	return 0;
}

struct store *store_fixture_open(const struct store_fixture *fixture,
				 enum store_access access)
{
	struct store *store = NULL;
	struct error error = {""};

	if (store_open(fixture->location, access, &store, &error) < 0)
		fail_msg("%s", error.text);
	return store;
}

struct store *store_fixture_open_all(void **state)
{
	return store_fixture_open(*state, STORE_ACCOUNTS_AND_CREDENTIALS);
}

struct account store_fixture_read(struct store *store, const char *id)
{
	struct account account;
	struct error error = {""};

	if (store_account_by_id(store, id, &account, &error) != 1)
		fail_msg("%s is not found: %s", id, error.text);
	return account;
}

struct account store_fixture_add(struct store *store, const char *name)
{
	struct account account = {.class_name = "alumni", .enabled = true};
	struct error error = {""};

	(void)snprintf(account.name, sizeof(account.name), "%s", name);
	if (store_account_add(store, &account, 1, &error) != STORE_ADDED)
		fail_msg("%s is not added: %s", name, error.text);
	return account;
}

static bool is_listed(const char *name, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (strcmp(*list, name) == 0)
			return true;
	}
	return false;
}

void store_fixture_expect_equal(const struct account *one,
				const struct account *other,
				const char *const *except)
{
	for (size_t i = 0; i < account_columns.count; i++) {
		const struct column *column = &account_columns.list[i];

		if (!is_listed(column->name, except) &&
		    !column_is_equal(column, one, other))
			fail_msg("%s and %s differ in %s", one->name,
				 other->name, column->name);
	}
}

void store_fixture_execute(const char *path, const char *sql)
{
	sqlite3 *handle = NULL;

	assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
	assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

void store_fixture_expect_failure(int result, const struct error *error,
				  const char *path, const char *what)
{
	assert_int_equal(result, -1);
	if (strstr(error->text, path) == NULL ||
	    strstr(error->text, what) == NULL)
		fail_msg("expected \"%s\" and \"%s\", got \"%s\"", path, what,
			 error->text);
}

void store_fixture_expect_open_failure(const struct store_fixture *fixture,
				       enum store_access access,
				       const char *path, const char *what)
{
	struct store *store = NULL;
	struct error error = {""};
	int result = store_open(fixture->location, access, &store, &error);

	store_fixture_expect_failure(result, &error, path, what);
	assert_null(store);
}
