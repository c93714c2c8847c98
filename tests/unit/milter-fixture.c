/* SPDX-License-Identifier: MIT
 *
 * A service on a store of its own; see milter-fixture.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "tests/unit/milter-fixture.h"

static char *domains[] = {"alumni.example", "second.example", NULL};
static struct class_options classes[] = {{.name = "alumni"}};
static char *secrets[] = {"of the test", "of yesterday"};

static void add_accounts(const struct store_fixture *fixture)
{
	const int64_t small_quota = 10000;
	struct store *store = store_fixture_open(fixture, STORE_ACCOUNTS);
	struct account account;

	(void)store_fixture_add(store, "alumna");
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
	store_close(&store);
}

int milter_fixture_set_up(void **state)
{
	struct milter_fixture *fixture = calloc(1, sizeof(*fixture));
	const struct srs_options options = {
		.secrets = (const char *const *)secrets,
		.secret_count = 2,
		.domain = "alumni.example",
		.max_age_days = 21,
	};
	struct error error = {""};

	assert_non_null(fixture);
	assert_int_equal(store_fixture_set_up((void **)&fixture->store), 0);
	add_accounts(fixture->store);
	fixture->configuration = (struct configuration){
		.domains = domains,
		.default_class = "alumni",
		.postmaster = "postmaster",
		.srs_domain = "alumni.example",
		.classes = classes,
		.class_count = 1,
	};
	fixture->service = (struct milter_service){
		.configuration = &fixture->configuration,
		.secrets = secrets,
		.secret_count = 2,
		.messages = under_way_new(),
	};
	assert_int_equal(srs_new(&options, &fixture->service.srs, &error), 0);
	if (store_pool_new(fixture->store->location, 2, &fixture->service.pool,
			   &error) < 0)
		fail_msg("%s", error.text);
	*state = fixture;
	return 0;
}

int milter_fixture_tear_down(void **state)
{
	struct milter_fixture *fixture = *state;

	store_pool_free(&fixture->service.pool);
	srs_free(&fixture->service.srs);
	under_way_free(&fixture->service.messages);
	(void)store_fixture_tear_down((void **)&fixture->store);
	free(fixture);
	return 0;
}

static void run_sql(const struct milter_fixture *fixture, const char *sql)
{
	sqlite3 *database;

	assert_int_equal(sqlite3_open(fixture->store->accounts, &database),
			 SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

void milter_fixture_break(const struct milter_fixture *fixture)
{
	run_sql(fixture, "ALTER TABLE accounts RENAME TO hidden");
}

void milter_fixture_mend(const struct milter_fixture *fixture)
{
	run_sql(fixture, "ALTER TABLE hidden RENAME TO accounts");
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
