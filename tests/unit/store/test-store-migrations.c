/* SPDX-License-Identifier: MIT
 *
 * Stores of every earlier version are brought to this one with all that is in
 * them. Each is made by the first steps, and has a row in every table that
 * those make, with a value of its own in every column.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "lib/store/sqlite-migrations.h"
#include "tests/unit/store/store-fixture.h"

#define TABLES_MAX  8
#define COLUMNS_MAX 48
#define NAME_BYTES  48
#define SQL_BYTES   4096
/* No column is filled twice with the same number. */
#define FIRST_VALUE 101

struct table {
	char name[NAME_BYTES];
	char columns[COLUMNS_MAX][NAME_BYTES];
	bool is_text[COLUMNS_MAX];
	int count;
};

struct tables {
	struct table list[TABLES_MAX];
	int count;
};

static sqlite3 *open_file(const char *path)
{
	sqlite3 *handle = NULL;

	assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
	return handle;
}

static void list_columns(sqlite3 *handle, struct table *table)
{
	sqlite3_stmt *query = NULL;

	assert_int_equal(
		sqlite3_prepare_v2(handle,
				   "SELECT name, type FROM"
				   " pragma_table_info(?1) ORDER BY cid",
				   -1, &query, NULL),
		SQLITE_OK);
	assert_int_equal(
		sqlite3_bind_text(query, 1, table->name, -1, SQLITE_STATIC),
		SQLITE_OK);
	while (sqlite3_step(query) == SQLITE_ROW) {
		assert_true(table->count < COLUMNS_MAX);
		(void)snprintf(table->columns[table->count], NAME_BYTES, "%s",
			       (const char *)sqlite3_column_text(query, 0));
		table->is_text[table->count++] =
			strcmp((const char *)sqlite3_column_text(query, 1),
			       "TEXT") == 0;
	}
	assert_int_equal(sqlite3_finalize(query), SQLITE_OK);
}

static struct tables *list_tables(sqlite3 *handle)
{
	struct tables *tables = calloc(1, sizeof(*tables));
	sqlite3_stmt *query = NULL;

	assert_non_null(tables);
	assert_int_equal(
		sqlite3_prepare_v2(handle,
				   "SELECT name FROM sqlite_schema WHERE"
				   " type = 'table'"
				   " AND name NOT LIKE 'sqlite%'",
				   -1, &query, NULL),
		SQLITE_OK);
	while (sqlite3_step(query) == SQLITE_ROW) {
		struct table *table = &tables->list[tables->count++];

		assert_true(tables->count <= TABLES_MAX);
		(void)snprintf(table->name, NAME_BYTES, "%s",
			       (const char *)sqlite3_column_text(query, 0));
	}
	assert_int_equal(sqlite3_finalize(query), SQLITE_OK);
	for (int i = 0; i < tables->count; i++)
		list_columns(handle, &tables->list[i]);
	return tables;
}

/* The value that a column is filled with. */
static int value_of(int column)
{
	return FIRST_VALUE + column;
}

static void fill(sqlite3 *handle, const struct table *table)
{
	char sql[SQL_BYTES];
	int used = snprintf(sql, sizeof(sql), "INSERT INTO %s VALUES (",
			    table->name);

	for (int i = 0; i < table->count; i++)
		used += snprintf(sql + used, sizeof(sql) - (size_t)used,
				 table->is_text[i] ? "%s't%d'" : "%s%d",
				 i == 0 ? "" : ", ", value_of(i));
	(void)snprintf(sql + used, sizeof(sql) - (size_t)used, ")");
	if (sqlite3_exec(handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(handle));
}

/* Makes the file anew by the first steps, with its rows. */
static struct tables *make_version(const char *path,
				   const struct migrations *migrations,
				   int64_t version)
{
	struct tables *tables;
	sqlite3 *handle;
	char pragmas[128];

	assert_int_equal(truncate(path, 0), 0);
	handle = open_file(path);
	for (int64_t i = 0; i < version; i++)
		assert_int_equal(sqlite3_exec(handle, migrations->steps[i],
					      NULL, NULL, NULL),
				 SQLITE_OK);
	tables = list_tables(handle);
	for (int i = 0; i < tables->count; i++)
		fill(handle, &tables->list[i]);
	(void)snprintf(pragmas, sizeof(pragmas),
		       "PRAGMA application_id = %d; PRAGMA user_version = %d",
		       (int)migrations->application_id, (int)version);
	assert_int_equal(sqlite3_exec(handle, pragmas, NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
	return tables;
}

static void expect_column(sqlite3 *handle, const struct table *table,
			  int column, int64_t version)
{
	sqlite3_stmt *query = NULL;
	char sql[SQL_BYTES];
	char expected[32];

	(void)snprintf(sql, sizeof(sql), "SELECT %s FROM %s",
		       table->columns[column], table->name);
	(void)snprintf(expected, sizeof(expected),
		       table->is_text[column] ? "t%d" : "%d", value_of(column));
	assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &query, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(query), SQLITE_ROW);
	if (strcmp((const char *)sqlite3_column_text(query, 0), expected) != 0)
		fail_msg("version %d, %s.%s: %s instead of %s", (int)version,
			 table->name, table->columns[column],
			 (const char *)sqlite3_column_text(query, 0), expected);
	assert_int_equal(sqlite3_step(query), SQLITE_DONE);
	assert_int_equal(sqlite3_finalize(query), SQLITE_OK);
}

/* What every column of an earlier version has by now. */
static void expect_all(const char *path, const struct tables *tables,
		       int64_t version)
{
	sqlite3 *handle = open_file(path);

	for (int i = 0; i < tables->count; i++) {
		for (int j = 0; j < tables->list[i].count; j++)
			expect_column(handle, &tables->list[i], j, version);
	}
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

static void migrate_each(const struct store_fixture *fixture, const char *path,
			 const struct migrations *migrations)
{
	for (int64_t version = 1; version <= migrations->count; version++) {
		struct tables *tables = make_version(path, migrations, version);
		struct error error = {""};
		int done = store_create(fixture->location, &error);

		if (done < 0)
			fail_msg("version %d: %s", (int)version, error.text);
		assert_int_equal(done, migrations->count - version);
		expect_all(path, tables, version);
		free(tables);
	}
}

static void accounts_of_every_version_keep_what_is_in_them(void **state)
{
	const struct store_fixture *fixture = *state;

	migrate_each(fixture, fixture->accounts, &accounts_migrations);
}

static void credentials_of_every_version_keep_what_is_in_them(void **state)
{
	const struct store_fixture *fixture = *state;

	migrate_each(fixture, fixture->credentials, &credentials_migrations);
}

static struct account migrated_account(void **state, int64_t version,
				       const char *values)
{
	const struct store_fixture *fixture = *state;
	struct tables *tables =
		make_version(fixture->accounts, &accounts_migrations, version);
	struct account account;
	struct store *store;
	char sql[SQL_BYTES];

	free(tables);
	(void)snprintf(sql, sizeof(sql),
		       "UPDATE accounts SET name = 'a',"
		       " id = '0123456789abcdef0123456789abcdef', %s",
		       values);
	store_fixture_execute(fixture->accounts, sql);
	assert_true(store_create(fixture->location, NULL) >= 0);
	store = store_fixture_open(fixture, STORE_ACCOUNTS);
	account = store_fixture_read(store, "0123456789abcdef0123456789abcdef");
	store_close(&store);
	return account;
}

static void who_did_not_forward_keeps_copies_now(void **state)
{
	const char *off = "forward_address = '', forward_keep_copy = 0";
	const char *away = "forward_address = 'a@b', forward_keep_copy = 0";

	assert_true(migrated_account(state, 1, off).forward_keep_copy);
	assert_false(migrated_account(state, 1, away).forward_keep_copy);
}

static void what_was_absent_has_the_value_of_a_new_account(void **state)
{
	struct account account = migrated_account(
		state, 1, "own_quota = NULL, own_retention = 0");

	assert_false(account.has_own_quota);
	assert_true(account.has_own_retention);
	assert_int_equal(account.own_retention, 0);
	assert_false(account_is_deleted(&account));
	assert_false(account.keep_mail);
	assert_int_equal(account.usage_saved_at, 0);
	assert_int_equal(account.usage_uid_next, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(accounts_of_every_version_keep_what_is_in_them),
		STORE_TEST(credentials_of_every_version_keep_what_is_in_them),
		STORE_TEST(who_did_not_forward_keeps_copies_now),
		STORE_TEST(what_was_absent_has_the_value_of_a_new_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
