/* SPDX-License-Identifier: MIT
 *
 * The interface to a database, over SQLite: parameters by their number, records
 * by their columns, and values that no field can have.
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
#include <fcntl.h>

#include "lib/database/sqlite.h"

struct thing {
	char name[8];
	int64_t number;
	int level;
	unsigned int attempts;
	bool is_on;
	bool has_own;
	int64_t own;
	unsigned int kind;
};

static bool is_lower(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyz")] == '\0';
}

static const char *const kinds[] = {"first", "second"};

static const struct column list[] = {
	COLUMN(struct thing, "name", name, .flags = 1, .is_valid = is_lower),
	COLUMN(struct thing, "number", number, .flags = 2),
	COLUMN(struct thing, "level", level),
	COLUMN(struct thing, "attempts", attempts),
	COLUMN(struct thing, "is_on", is_on),
	COLUMN_OPTIONAL(struct thing, "own", own, has_own, .flags = 1),
	COLUMN_WORD(struct thing, "kind", kind, kinds),
};
static const struct columns columns = COLUMNS(struct thing, list);

enum { INSERT, BY_NAME, ALL, COUNT, SET_NUMBER, BACKWARDS, RAISE, STATEMENTS };

static const struct database_statement statements[STATEMENTS] = {
	[INSERT] = {"INSERT INTO things ({columns}) VALUES ({values})",
		    &columns},
	[BY_NAME] = {"SELECT {columns} FROM things WHERE name = $1", &columns},
	[ALL] = {"SELECT {columns} FROM things ORDER BY name LIMIT $1",
		 &columns},
	[COUNT] = {"SELECT count(*) FROM things"},
	[SET_NUMBER] = {"UPDATE things SET number = $1", .is_unsynced = true},
	/* SQLite meets $3 first. */
	[BACKWARDS] = {"SELECT $3 * 100 + $1 * 10 + $2 + $1"},
	[RAISE] = {"UPDATE things SET number = number + $2 WHERE name = $1"
		   " RETURNING {columns}",
		   &columns},
};

struct place {
	char path[64];
	struct database *database;
};

static int set_up(void **state)
{
	static struct place place;
	int fd;

	(void)snprintf(place.path, sizeof(place.path),
		       "/tmp/test-database.XXXXXX");
	fd = mkstemp(place.path);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(
		database_sqlite_open(place.path, &place.database, NULL), 0);
	assert_int_equal(
		database_execute(place.database,
				 "CREATE TABLE things (name, number, level,"
				 " attempts, is_on, own, kind)",
				 NULL),
		0);
	*state = &place;
	return 0;
}

static int tear_down(void **state)
{
	struct place *place = *state;

	database_close(&place->database);
	assert_null(place->database);
	return unlink(place->path);
}

static void insert(struct database *database, const struct thing *thing)
{
	struct binding values[DATABASE_PARAMETERS_MAX];

	columns_bind(&columns, thing, values);
	assert_int_equal(
		database_change(database, INSERT, values, columns.count, NULL),
		1);
}

static struct database *prepared(void **state)
{
	struct database *database = ((struct place *)*state)->database;
	struct error error = {""};

	if (database_prepare(database, statements, STATEMENTS, &error) < 0)
		fail_msg("%s", error.text);
	return database;
}

static void a_record_is_read_as_it_was_written(void **state)
{
	struct database *database = prepared(state);
	const struct thing things[] = {
		{"one", INT64_MAX, -7, 3000000000U, true, true, 0, 1},
		{"two", INT64_MIN, 7, 0, false, false, 0, 0},
	};
	struct thing found;

	for (size_t i = 0; i < 2; i++) {
		insert(database, &things[i]);
		memset(&found, 0xa5, sizeof(found));
		assert_int_equal(
			database_find(database, BY_NAME,
				      BINDINGS(bind_text(things[i].name)),
				      &found, NULL),
			1);
		for (size_t j = 0; j < columns.count; j++)
			assert_true(
				column_is_equal(&list[j], &found, &things[i]));
	}
	assert_int_equal(database_find(database, BY_NAME,
				       BINDINGS(bind_text("none")), &found,
				       NULL),
			 0);
	assert_int_equal(database_exists(database, BY_NAME,
					 BINDINGS(bind_text("none")), NULL),
			 0);
	assert_int_equal(database_exists(database, BY_NAME,
					 BINDINGS(bind_text("one")), NULL),
			 1);
}

static void parameters_go_by_their_number(void **state)
{
	struct database *database = prepared(state);
	int64_t number;

	assert_int_equal(
		database_find_number(database, BACKWARDS,
				     BINDINGS(bind_number(1), bind_number(2),
					      bind_number(3)),
				     &number, NULL),
		1);
	assert_int_equal(number, 313);
}

static void a_statement_takes_as_many_values_as_it_has_parameters(void **state)
{
	struct database *database = prepared(state);
	struct error error = {""};
	struct thing found;

	assert_int_equal(database_find(database, BY_NAME,
				       BINDINGS(bind_text("a"), bind_text("b")),
				       &found, &error),
			 -1);
	assert_non_null(strstr(error.text, "takes 1 values, not 2"));
	assert_int_equal(
		database_find(database, BY_NAME, NULL, 0, &found, NULL), -1);
}

static void a_parameter_that_is_missing_is_refused(void **state)
{
	static const struct database_statement gap = {.sql = "SELECT $1, $3"};
	static const struct database_statement mark = {.sql = "SELECT ?"};
	struct place *place = *state;
	struct error error = {""};

	assert_int_equal(database_prepare(place->database, &gap, 1, &error),
			 -1);
	assert_non_null(strstr(error.text, "has no $2"));
	database_close(&place->database);
	assert_int_equal(
		database_sqlite_open(place->path, &place->database, NULL), 0);
	assert_int_equal(database_prepare(place->database, &mark, 1, &error),
			 -1);
	assert_non_null(strstr(error.text, "has no $1"));
}

static void a_list_tells_whether_there_is_more(void **state)
{
	struct database *database = prepared(state);
	struct thing found[2];
	size_t count;

	for (int i = 0; i < 3; i++) {
		struct thing thing = {.name = {(char)('c' - i)}};

		insert(database, &thing);
	}
	assert_int_equal(database_list(database, ALL, BINDINGS(bind_number(9)),
				       found, 2, &count, NULL),
			 1);
	assert_int_equal(count, 2);
	assert_string_equal(found[0].name, "a");
	assert_string_equal(found[1].name, "b");
	assert_int_equal(database_list(database, ALL, BINDINGS(bind_number(2)),
				       found, 2, &count, NULL),
			 0);
	assert_int_equal(count, 2);
	assert_int_equal(database_change(database, SET_NUMBER,
					 BINDINGS(bind_number(5)), NULL),
			 1);
	assert_int_equal(database_changed_rows(database), 3);
}

static void a_change_gives_back_what_it_made(void **state)
{
	struct database *database = prepared(state);
	struct thing thing = {.name = "one", .number = 5};
	struct thing found;

	insert(database, &thing);
	assert_int_equal(
		database_find(database, RAISE,
			      BINDINGS(bind_text("one"), bind_number(2)),
			      &found, NULL),
		1);
	assert_int_equal(found.number, 7);
	/* It is done: another transaction may begin. */
	assert_int_equal(database_begin(database, NULL), 0);
	assert_int_equal(database_find(database, BY_NAME,
				       BINDINGS(bind_text("one")), &found,
				       NULL),
			 1);
	assert_int_equal(found.number, 7);
	database_rollback(database);
	assert_int_equal(
		database_find(database, RAISE,
			      BINDINGS(bind_text("none"), bind_number(2)),
			      &found, NULL),
		0);
}

static void values_that_no_field_can_have_are_failures(void **state)
{
	static const struct {
		const char *change, *error;
	} cases[] = {
		{"name = 'muchtoolong'", "name is no valid value"},
		{"name = 'eightlet'", "name is no valid value"},
		{"name = 'UPPER'", "name is no valid value"},
		{"name = 'a' || char(0) || 'b'", "name is no valid value"},
		{"name = NULL", "name is missing"},
		{"kind = 'third'", "unknown kind"},
		{"kind = NULL", "unknown kind"},
	};
	struct database *database = prepared(state);
	struct thing thing = {.name = "one"};

	insert(database, &thing);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error error = {""};
		struct thing found;
		char sql[128];
		size_t count;

		(void)snprintf(sql, sizeof(sql), "UPDATE things SET %s",
			       cases[i].change);
		assert_int_equal(database_execute(database, sql, NULL), 0);
		assert_int_equal(database_list(database, ALL,
					       BINDINGS(bind_number(1)), &found,
					       1, &count, &error),
				 -1);
		assert_int_equal(count, 0);
		if (strstr(error.text, cases[i].error) == NULL)
			fail_msg("%s: %s", cases[i].change, error.text);
		assert_int_equal(database_execute(database,
						  "UPDATE things SET"
						  " name = 'one',"
						  " kind = 'first'",
						  NULL),
				 0);
	}
}

static int64_t level_of_syncing(struct database *database)
{
	int64_t level = -1;

	assert_int_equal(
		database_number(database, "PRAGMA synchronous", &level, NULL),
		0);
	return level;
}

static void only_changes_that_may_be_lost_do_not_wait_for_the_disk(void **state)
{
	struct database *database = prepared(state);
	struct thing thing = {.name = "one"};
	int64_t number;

	assert_int_equal(level_of_syncing(database), 2);
	insert(database, &thing);
	assert_int_equal(level_of_syncing(database), 2);
	assert_int_equal(database_change(database, SET_NUMBER,
					 BINDINGS(bind_number(1)), NULL),
			 1);
	assert_int_equal(level_of_syncing(database), 1);
	/* Reading changes nothing, and the next change waits again. */
	assert_int_equal(
		database_find_number(database, COUNT, NULL, 0, &number, NULL),
		1);
	assert_int_equal(level_of_syncing(database), 1);
	thing.name[0] = 'x';
	insert(database, &thing);
	assert_int_equal(level_of_syncing(database), 2);
	/* So does a transaction that has such a change in it. */
	assert_int_equal(database_change(database, SET_NUMBER,
					 BINDINGS(bind_number(2)), NULL),
			 1);
	assert_int_equal(database_begin(database, NULL), 0);
	assert_int_equal(database_change(database, SET_NUMBER,
					 BINDINGS(bind_number(3)), NULL),
			 1);
	assert_int_equal(level_of_syncing(database), 2);
	assert_int_equal(database_commit(database, NULL), 0);
}

static void records_are_copied_by_flag(void **state)
{
	const struct thing from = {"one", 5, 6, 7, true, true, 8, 1};
	struct thing to = {.name = "two"};

	(void)state;
	columns_copy(&columns, 1, &from, &to);
	assert_string_equal(to.name, "one");
	assert_true(to.has_own);
	assert_int_equal(to.own, 8);
	assert_int_equal(to.number, 0);
	assert_int_equal(to.level, 0);
	columns_copy(&columns, 2, &from, &to);
	assert_int_equal(to.number, 5);
}

#define DATABASE_TEST(function)                                                \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DATABASE_TEST(a_record_is_read_as_it_was_written),
		DATABASE_TEST(parameters_go_by_their_number),
		DATABASE_TEST(
			a_statement_takes_as_many_values_as_it_has_parameters),
		DATABASE_TEST(a_parameter_that_is_missing_is_refused),
		DATABASE_TEST(a_list_tells_whether_there_is_more),
		DATABASE_TEST(a_change_gives_back_what_it_made),
		DATABASE_TEST(values_that_no_field_can_have_are_failures),
		DATABASE_TEST(
			only_changes_that_may_be_lost_do_not_wait_for_the_disk),
		cmocka_unit_test(records_are_copied_by_flag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
