/* SPDX-License-Identifier: MIT
 *
 * A service on a store of its own; see tests/unit/milter/milter-fixture.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "lib/database/database.h"

#include "tests/unit/milter/milter-fixture.h"

static const char secrets[] = "of the test\nof yesterday\n";

static void add_alias(struct store *store, const struct account *account,
		      const char *name)
{
	assert_int_equal(store_alias_add(store, account->id, name, 1, NULL),
			 STORE_ADDED);
}

static void add_accounts(const struct store_fixture *fixture)
{
	const int64_t small_quota = 10000;
	struct store *store = store_fixture_open(fixture, STORE_ACCOUNTS);
	struct account account;

	account = store_fixture_add(store, "alumna");
	add_alias(store, &account, "anna");
	(void)store_fixture_add(store, "postmaster");
	account = store_fixture_add(store, "disabled");
	assert_int_equal(
		store_account_set_enabled(store, account.id, false, NULL), 1);
	account = store_fixture_add(store, "small");
	assert_int_equal(
		store_account_set_quota(store, account.id, &small_quota, NULL),
		1);
	account = store_fixture_add(store, "copy");
	assert_int_equal(store_account_set_forward(store, account.id,
						   "copy@outside.example", true,
						   NULL),
			 1);
	account = store_fixture_add(store, "away");
	assert_int_equal(store_account_set_forward(store, account.id,
						   "away@outside.example",
						   false, NULL),
			 1);
	add_alias(store, &account, "gone");
	store_close(&store);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

void milter_fixture_configure(const struct milter_fixture *fixture,
			      const char *options)
{
	const char *folder = fixture->store->folder;
	char text[4 * FIXTURE_PATH_BYTES];
	char path[2 * FIXTURE_PATH_BYTES];

	(void)snprintf(path, sizeof(path), "%s/srs.secret", folder);
	write_file(path, secrets, 0640);
	(void)snprintf(text, sizeof(text),
		       "domains = { \"alumni.example\", \"second.example\" }\n"
		       "store = \"%s\"\n"
		       "srs_secret_file = \"%s\"\n"
		       "milter_store_handles = 2\n"
		       "class \"alumni\" { quota = \"unlimited\" }\n"
		       "%s\n",
		       fixture->store->location, path, options);
	write_file(fixture->configuration_path, text, 0644);
}

int milter_fixture_set_up(void **state)
{
	struct milter_fixture *fixture = calloc(1, sizeof(*fixture));
	struct error error = {""};

	assert_non_null(fixture);
	assert_int_equal(store_fixture_set_up((void **)&fixture->store), 0);
	add_accounts(fixture->store);
	(void)snprintf(fixture->configuration_path,
		       sizeof(fixture->configuration_path), "%.200s/conf",
		       fixture->store->folder);
	milter_fixture_configure(fixture, "");
	if (service_load(&fixture->service, fixture->configuration_path,
			 &error) < 0 ||
	    service_open_store(&fixture->service, &error) <= 0)
		fail_msg("%s", error.text);
	fixture->settings = settings_take(fixture->service.settings);
	fixture->configuration = fixture->settings->configuration;
	*state = fixture;
	return 0;
}

int milter_fixture_tear_down(void **state)
{
	struct milter_fixture *fixture = *state;

	settings_give(fixture->service.settings, &fixture->settings);
	service_free(&fixture->service);
	(void)store_fixture_tear_down((void **)&fixture->store);
	free(fixture);
	return 0;
}

void milter_fixture_execute(const struct milter_fixture *fixture,
			    const char *sql)
{
	sqlite3 *database;

	assert_int_equal(sqlite3_open(fixture->store->accounts, &database),
			 SQLITE_OK);
	/* The service may be writing its counts. */
	assert_int_equal(
		sqlite3_busy_timeout(database, DATABASE_BUSY_TIMEOUT_MSECS),
		SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

void milter_fixture_break(const struct milter_fixture *fixture)
{
	milter_fixture_execute(fixture,
			       "ALTER TABLE accounts RENAME TO hidden");
}

void milter_fixture_mend(const struct milter_fixture *fixture)
{
	milter_fixture_execute(fixture,
			       "ALTER TABLE hidden RENAME TO accounts");
}

struct account milter_fixture_account(const struct milter_fixture *fixture,
				      const char *name)
{
	struct account account;

	assert_int_equal(
		store_pool_account(fixture->service.pool, name, &account, NULL),
		1);
	return account;
}
