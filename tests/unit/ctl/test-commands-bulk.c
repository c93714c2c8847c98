/* SPDX-License-Identifier: MIT
 *
 * Commands that go over many accounts: import, export, usage, purge, warnings.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include <cmocka.h>

#include "tests/unit/ctl/commands-fixture.h"

/* More than a page of any list, and not a multiple of one. */
#define MANY 600

#define RUN(fixture, ...)                                                      \
	commands_run(fixture, (const char *const[]){__VA_ARGS__, NULL})

static void path_of(const struct commands_fixture *fixture, const char *name,
		    char path_r[FIXTURE_PATH_BYTES])
{
	(void)snprintf(path_r, FIXTURE_PATH_BYTES, "%.200s/%s",
		       fixture->store->folder, name);
}

static void write_file(const struct commands_fixture *fixture, const char *name,
		       const char *text)
{
	char path[FIXTURE_PATH_BYTES];
	FILE *file;

	path_of(fixture, name, path);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int import(struct commands_fixture *fixture, const char *name,
		  const char *text, const char *option)
{
	char path[FIXTURE_PATH_BYTES];

	write_file(fixture, name, text);
	path_of(fixture, name, path);
	return RUN(fixture, "import", path, option);
}

static size_t count_lines(const char *text)
{
	size_t lines = 0;

	for (; *text != '\0'; text++)
		lines += *text == '\n';
	return lines;
}

static void expect_output(const struct commands_fixture *fixture,
			  const char *part)
{
	if (strstr(fixture->output, part) == NULL)
		fail_msg("\"%s\" is not in \"%s\" (%s)", part, fixture->output,
			 fixture->complaint);
}

static void expect_accounts(struct commands_fixture *fixture, size_t count)
{
	assert_int_equal(RUN(fixture, "account", "list", "--names"), EX_OK);
	assert_int_equal(count_lines(fixture->output), count);
}

static void all_or_none_are_imported(void **state)
{
	static const char good[] = "name,class,quota,forward\n"
				   "anna,student,1G,a@outside.example\n"
				   "ben,,,\n";
	static const char bad[] = "name,class\n"
				  "cara,student\n"
				  "cara2,nope\n"
				  "anna,student\n";
	struct commands_fixture *fixture = *state;

	assert_int_equal(import(fixture, "good.csv", good, "--dry-run"), EX_OK);
	expect_output(fixture, "2 accounts could be imported, 0 lines wrong\n");
	expect_accounts(fixture, 0);
	assert_int_equal(import(fixture, "good.csv", good, NULL), EX_OK);
	expect_output(fixture, "2 accounts imported, 0 lines wrong\n");
	expect_accounts(fixture, 2);
	assert_int_equal(RUN(fixture, "account", "show", "anna"), EX_OK);
	expect_output(fixture, "1 GB (its own)");
	expect_output(fixture, "a@outside.example");
	assert_int_equal(import(fixture, "bad.csv", bad, NULL), EX_DATAERR);
	assert_non_null(strstr(fixture->complaint, "nothing was imported"));
	expect_accounts(fixture, 2);
	assert_int_equal(import(fixture, "bad.csv", bad, "--keep-going"),
			 EX_DATAERR);
	assert_non_null(strstr(fixture->complaint,
			       "2 lines are wrong; the others were imported"));
	expect_output(fixture, "1 account imported, 2 lines wrong\n");
	expect_accounts(fixture, 3);
	assert_int_equal(RUN(fixture, "import", "/nowhere/x.csv"), EX_NOINPUT);
}

static void json_lines_are_records_too(void **state)
{
	struct commands_fixture *fixture = *state;

	assert_int_equal(import(fixture, "x.json",
				"{\"name\": \"anna\", \"class\": \"student\"}\n"
				"{\"name\": \"ben\"}\n",
				"--json"),
			 EX_OK);
	expect_output(fixture, "\"applied\":true");
	expect_output(fixture, "\"accounts\":2");
	expect_output(fixture, "\"wrong_lines\":0");
	expect_accounts(fixture, 2);
	assert_int_equal(RUN(fixture, "export", "--format", "json"), EX_OK);
	assert_int_equal(count_lines(fixture->output), 2);
	expect_output(fixture, "\"name\":\"anna\"");
	assert_int_equal(RUN(fixture, "export", "--format", "odd"), EX_USAGE);
}

static void an_export_is_a_new_file(void **state)
{
	struct commands_fixture *fixture = *state;
	char path[FIXTURE_PATH_BYTES];
	struct stat status;

	assert_int_equal(import(fixture, "x.csv", "name\nanna\n", NULL), EX_OK);
	path_of(fixture, "out.csv", path);
	assert_int_equal(RUN(fixture, "export", "--with-hashes"), EX_USAGE);
	assert_int_equal(RUN(fixture, "export", "--output", path), EX_OK);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_true(status.st_size > 0);
	assert_int_equal(RUN(fixture, "export", "--output", path),
			 EX_CANTCREAT);
	assert_non_null(strstr(fixture->complaint, "not overwritten"));
}

static char *many_records(void)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	(void)fputs("name,class\n", stream);
	for (int i = 0; i < MANY; i++)
		(void)fprintf(stream, "person%04d,%s\n", i,
			      i % 2 == 0 ? "alumni" : "student");
	assert_int_equal(fclose(stream), 0);
	return text;
}

/* Changes what no command can. */
static void execute(const struct commands_fixture *fixture, const char *sql)
{
	store_fixture_execute(fixture->store->accounts, sql);
}

static void lists_go_over_all_pages(void **state)
{
	struct commands_fixture *fixture = *state;
	char *records = many_records();

	assert_int_equal(import(fixture, "many.csv", records, "--keep-going"),
			 EX_OK);
	free(records);
	expect_accounts(fixture, MANY);
	assert_int_equal(RUN(fixture, "account", "list", "--names", "--prefix",
			     "person01"),
			 EX_OK);
	assert_int_equal(count_lines(fixture->output), 100);
	assert_int_equal(RUN(fixture, "account", "list", "--class", "student"),
			 EX_OK);
	assert_int_equal(count_lines(fixture->output), MANY / 2 + 1);
	assert_int_equal(RUN(fixture, "usage", "--csv"), EX_OK);
	assert_int_equal(count_lines(fixture->output), MANY + 1);
	assert_int_equal(RUN(fixture, "usage", "--top", "3"), EX_OK);
	expect_output(fixture, "student             300 ");
	expect_output(fixture, "all                 600 ");
	expect_output(fixture, "person0001 ");
	/* In the histogram, few are not none. */
	execute(fixture, "UPDATE accounts SET usage_bytes = 1100000000"
			 " WHERE name = 'person0000'");
	assert_int_equal(RUN(fixture, "usage"), EX_OK);
	expect_output(fixture, "\n40-49 %             0\n");
	expect_output(fixture, "\n50-59 %             1  #\n");
	expect_output(fixture, "\n0-9 %             599  ################");
	assert_int_equal(RUN(fixture, "usage", "--json", "--top", "0"), EX_OK);
	expect_output(fixture, "\"fullest\":[]");
	expect_output(fixture, "\"total\":{\"accounts\":600,");
	assert_int_equal(RUN(fixture, "audit", "list", "--limit", "0"), EX_OK);
	assert_int_equal(count_lines(fixture->output), MANY);
	assert_int_equal(RUN(fixture, "audit", "list", "--limit", "501"),
			 EX_OK);
	assert_int_equal(count_lines(fixture->output), 501);
}

static void options_of_usage_are_looked_at(void **state)
{
	static const struct command_step steps[] = {
		{{"usage", "--top", ""}, EX_USAGE, "whole number", NULL},
		{{"usage", "--top", "-1"}, EX_USAGE, "whole number", NULL},
		{{"usage", "--top", "1x"}, EX_USAGE, "whole number", NULL},
		{{"usage", "--top", "99999999"}, EX_USAGE, "from 0 to", NULL},
		{{"usage", "--csv", "--json"}, EX_USAGE, "one of them", NULL},
		{{"usage", "--top", "0"}, EX_OK, "HOW FULL", "FULLEST"},
	};

	COMMANDS_PLAY(*state, steps);
}

static void what_was_deleted_long_ago_is_purged(void **state)
{
	static const struct command_step steps[] = {
		{{"account", "add", "early"}, EX_OK, "added", NULL},
		{{"account", "add", "kept"}, EX_OK, "added", NULL},
		{{"account", "add", "late"}, EX_OK, "added", NULL},
		{{"account", "delete", "early", "--yes"},
		 EX_OK,
		 "deleted",
		 NULL},
		{{"account", "delete", "kept", "--yes", "--keep-mail"},
		 EX_OK,
		 "deleted",
		 NULL},
		{{"account", "delete", "late", "--yes"},
		 EX_OK,
		 "deleted",
		 NULL},
	};
	static const struct command_step purging[] = {
		{{"account", "purge", "--dry-run"},
		 EX_OK,
		 "early: would be purged",
		 "late"},
		{{"account", "list", "--state", "deleted"},
		 EX_OK,
		 "early ",
		 NULL},
		{{"account", "purge"}, EX_OK, "early: purged", "late"},
		{{"account", "purge"}, EX_OK, NULL, NULL},
		{{"account", "list", "--state", "deleted"},
		 EX_OK,
		 "late ",
		 "early"},
		{{"account", "undelete", "early"}, EX_NOUSER, "early", NULL},
		/* The name is not free for that. */
		{{"account", "add", "early"},
		 EX_DATAERR,
		 "not given out again yet",
		 NULL},
		{{"account", "undelete", "late"}, EX_OK, "is back", NULL},
	};
	struct commands_fixture *fixture = *state;

	COMMANDS_PLAY(fixture, steps);
	execute(fixture, "UPDATE accounts SET deleted_at = deleted_at -"
			 " 31 * 86400 WHERE name <> 'late'");
	COMMANDS_PLAY(fixture, purging);
}

static void warnings_that_are_due_are_told(void **state)
{
	static const struct command_step steps[] = {
		{{"account", "add", "full"}, EX_OK, "added", NULL},
		{{"account", "add", "empty"}, EX_OK, "added", NULL},
		{{"warnings", "send", "--dry-run"}, EX_OK, NULL, NULL},
	};
	static const struct command_step due[] = {
		{{"warnings", "send", "--dry-run"},
		 EX_OK,
		 "full: would be warned",
		 "empty"},
	};
	struct commands_fixture *fixture = *state;

	COMMANDS_PLAY(fixture, steps);
	execute(fixture, "UPDATE accounts SET warning_due = 1,"
			 " usage_bytes = 2000000000 WHERE name = 'full'");
	COMMANDS_PLAY(fixture, due);
}

int main(void)
{
#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, commands_set_up,             \
					commands_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(all_or_none_are_imported),
		TEST(json_lines_are_records_too),
		TEST(an_export_is_a_new_file),
		TEST(lists_go_over_all_pages),
		TEST(options_of_usage_are_looked_at),
		TEST(what_was_deleted_long_ago_is_purged),
		TEST(warnings_that_are_due_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
