/* SPDX-License-Identifier: MIT
 *
 * The statements of the store: each name has its SQL, and none uses what only
 * one engine has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/store/columns.h"
#include "lib/store/statements.h"

/* What SQLite alone has, or PostgreSQL takes for something else. */
static const char *const foreign[] = {
	"?",         "iif(", "ifnull(",   "INSERT OR", "REPLACE INTO",
	"rowid",     "glob", "datetime(", "strftime(", "last_insert",
	"changes()", "\"",   "`",         "==",        " IS $",
	"||",        "::",   "ILIKE",     "now()",     "FOR UPDATE",
};

static void check_words(const char *sql)
{
	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++) {
		if (strcasestr(sql, foreign[i]) != NULL)
			fail_msg("\"%s\" is not for every engine: %s",
				 foreign[i], sql);
	}
}

/* max and min of two values are functions of SQLite alone. */
static void check_calls(const char *sql, const char *function)
{
	const char *call = strcasestr(sql, function);

	for (; call != NULL; call = strcasestr(call + 1, function)) {
		const char *end = strchr(call, ')');

		assert_non_null(end);
		if (memchr(call, ',', (size_t)(end - call)) != NULL)
			fail_msg("%s takes one value: %s", function, sql);
	}
}

/* A parameter that is only compared with a constant or with nothing, as in
   "$1 IS NULL", has no type, or one of 32 bits. */
static void check_parameters(const char *sql)
{
	const char *place = strchr(sql, '$');

	for (; place != NULL; place = strchr(place + 1, '$')) {
		const char *after = place + 1 + strspn(place + 1, "0123456789");

		if (after == place + 1 || strncmp(after, " IS ", 4) == 0)
			fail_msg("a parameter has no type: %s", sql);
	}
}

static void check(const struct database_statement *statements, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *sql;

		assert_non_null(statements[i].sql);
		sql = columns_expand(statements[i].columns, statements[i].sql);
		assert_non_null(sql);
		assert_null(strchr(sql, '{'));
		check_words(sql);
		check_calls(sql, "max(");
		check_calls(sql, "min(");
		check_parameters(sql);
		free(sql);
	}
}

static void statements_are_for_every_engine(void **state)
{
	(void)state;
	check(accounts_statements, ACCOUNTS_STATEMENTS);
	check(credentials_statements, CREDENTIALS_STATEMENTS);
}

static void columns_are_written_out(void **state)
{
	char *sql = columns_expand(&alias_columns,
				   "INSERT INTO a ({columns}) VALUES ({values})"
				   " RETURNING {columns}");

	(void)state;
	assert_string_equal(sql, "INSERT INTO a (name, created_at)"
				 " VALUES ($1, $2) RETURNING name, created_at");
	free(sql);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statements_are_for_every_engine),
		cmocka_unit_test(columns_are_written_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
