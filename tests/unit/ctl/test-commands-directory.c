/* SPDX-License-Identifier: MIT
 *
 * Commands that ask a directory, as stories, against a real slapd.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

#include "tests/unit/ctl/commands-fixture.h"
#include "tests/unit/directory/slapd-fixture.h"

static struct slapd slapd;

/* The classes of the directory, and whoever has none of them. */
#define CLASSES                                                                \
	"class_attribute = \"employeeType\"\n"                                 \
	"class_map = { \"student=student\", \"employee=alumni\" }\n"

static void configure(struct commands_fixture *fixture, const char *options,
		      const char *directory_options)
{
	char text[2048];

	(void)snprintf(text, sizeof(text),
		       "uris = { \"%s\" }\n"
		       "tls = \"none\"\n"
		       "bind_dn = \"" SLAPD_SERVICE "\"\n"
		       "bind_password_file = \"%s\"\n"
		       "base = \"" SLAPD_PEOPLE "\"\n"
		       "active_filter = \"(description=active)\"\n"
		       "deny_filter = \"(description=suspended)\"\n"
		       "%s",
		       slapd.uri, slapd.password_file, directory_options);
	commands_configure(fixture, options, text);
}

static int set_up(void **state)
{
	if (commands_set_up(state) != 0)
		return -1;
	configure(*state, "leaver_class = \"alumni\"\nsync_least_percent = 50",
		  CLASSES);
	return 0;
}

static int start_directory(void **state)
{
	(void)state;
	return slapd_set_up(&slapd);
}

static int stop_directory(void **state)
{
	(void)state;
	slapd_tear_down(&slapd);
	return 0;
}

#define ADD(name, class_name)                                                  \
	{                                                                      \
		{"account", "add", name, "--class", class_name}, EX_OK,        \
			"added", NULL                                          \
	}
#define PIN(name, entry)                                                       \
	{                                                                      \
		{"account",                                                    \
		 "pin",                                                        \
		 name,                                                         \
		 "--directory",                                                \
		 "university",                                                 \
		 "--dn",                                                       \
		 "uid=" entry "," SLAPD_PEOPLE},                               \
			EX_OK, name ": pinned to university, id ", NULL        \
	}

static void a_sync_does_what_it_showed(void **state)
{
	static const struct command_step steps[] = {
		ADD("leaver", "student"),
		ADD("student", "alumni"),
		ADD("employee", "alumni"),
		ADD("suspended", "student"),
		ADD("nobody", "alumni"),
		PIN("leaver", "leaver"),
		PIN("student", "student"),
		PIN("employee", "employee"),
		PIN("suspended", "suspended"),
		{{"account", "pin", "nobody", "--directory", "university",
		  "--dn", "uid=x," SLAPD_PEOPLE},
		 EX_DATAERR,
		 "has no person",
		 NULL},
		{{"directory", "sync", "--dry-run"},
		 EX_OK,
		 "leaver: left, class student -> alumni\n",
		 "employee: "},
		{{"directory", "sync", "--dry-run"},
		 EX_OK,
		 "student: came back, class alumni -> student\n",
		 NULL},
		{{"directory", "sync", "--dry-run"},
		 EX_OK,
		 "suspended: suspended in the directory",
		 NULL},
		{{"directory", "sync", "--dry-run"},
		 EX_OK,
		 "accounts pinned to no entry: 1\nNothing was changed.\n",
		 NULL},
		{{"directory", "sync", "--dry-run", "--json"},
		 EX_OK,
		 "\"applied\":false",
		 "\"applied\":true"},
		{{"account", "show", "leaver"}, EX_OK, "student", NULL},
		{{"directory", "sync"},
		 EX_OK,
		 "leaver: left, class student -> alumni\n",
		 "Nothing was changed"},
		{{"account", "show", "suspended"}, EX_OK, "Denied:", NULL},
		{{"account", "show", "leaver"}, EX_OK, "alumni", "student"},
		{{"account", "show", "student"},
		 EX_OK,
		 "Class:        student",
		 NULL},
		/* The same again is no news. */
		{{"directory", "sync"}, EX_OK, "0 left, 0 came back", ": left"},
		{{"directory", "sync", "--json"},
		 EX_OK,
		 "\"changes\":[]",
		 NULL},
	};

	COMMANDS_PLAY(*state, steps);
}

static void a_name_that_somebody_else_has(void **state)
{
	static const struct command_step steps[] = {
		ADD("student", "student"),
		PIN("student", "employee"),
		{{"directory", "sync"},
		 EX_OK,
		 "student: the name now belongs to ",
		 NULL},
		{{"directory", "sync"}, EX_OK, "university: ", "belongs to"},
		PIN("student", "student"),
		{{"directory", "sync", "--json"},
		 EX_OK,
		 "\"applied\":true",
		 NULL},
	};

	COMMANDS_PLAY(*state, steps);
}

/* More than a few leave, and more than half. */
static void a_directory_that_is_too_small(void **state)
{
	static const struct command_step steps[] = {
		ADD("a", "student"),
		ADD("b", "student"),
		ADD("c", "student"),
		ADD("d", "student"),
		ADD("e", "student"),
		PIN("a", "leaver"),
		PIN("b", "leaver"),
		PIN("c", "leaver"),
		PIN("d", "leaver"),
		PIN("e", "student"),
		{{"directory", "sync"},
		 EX_DATAERR,
		 "suspiciously few entries (",
		 NULL},
		{{"account", "show", "a"}, EX_OK, "student", NULL},
		{{"directory", "sync", "--force"},
		 EX_OK,
		 "a: left, class student -> alumni",
		 NULL},
		{{"account", "list", "--class", "student", "--names"},
		 EX_OK,
		 "e\n",
		 "a\n"},
	};

	COMMANDS_PLAY(*state, steps);
}

static void everybody_is_pinned(void **state)
{
	static const struct command_step steps[] = {
		ADD("student", "student"),
		ADD("twin", "student"),
		ADD("nobody", "alumni"),
		{{"account", "pin", "--all", "--from-directory", "--directory",
		  "nope"},
		 EX_DATAERR,
		 "no directory \"nope\"",
		 NULL},
		{{"account", "pin", "--all", "--from-directory", "--directory",
		  "university", "--dry-run"},
		 EX_OK,
		 "student",
		 NULL},
		{{"account", "list", "--directory", "university"},
		 EX_OK,
		 "NAME",
		 "student"},
		{{"account", "pin", "--all", "--from-directory", "--directory",
		  "university", "--dry-run", "--json"},
		 EX_OK,
		 "\"applied\":false",
		 NULL},
		{{"account", "pin", "--all", "--from-directory", "--directory",
		  "university", "--json"},
		 EX_OK,
		 "\"applied\":true",
		 NULL},
		{{"account", "list", "--directory", "university", "--names"},
		 EX_OK,
		 "student\n",
		 "nobody"},
	};

	COMMANDS_PLAY(*state, steps);
}

/* A list that is cut short must never look like people who left. */
static void a_directory_that_is_away_changes_nothing(void **state)
{
	static const struct command_step before[] = {
		ADD("student", "student"),
		PIN("student", "student"),
	};
	static const struct command_step away[] = {
		{{"directory", "sync"}, EX_TEMPFAIL, "university", NULL},
		{{"directory", "sync", "--force"},
		 EX_TEMPFAIL,
		 "university",
		 NULL},
		{{"account", "pin", "student", "--directory", "university",
		  "--dn", "uid=student," SLAPD_PEOPLE},
		 EX_TEMPFAIL,
		 "university",
		 NULL},
		{{"account", "show", "student"},
		 EX_OK,
		 "Class:        student",
		 NULL},
	};

	COMMANDS_PLAY(*state, before);
	slapd_stop(&slapd);
	COMMANDS_PLAY(*state, away);
	assert_int_equal(slapd_start(&slapd), 0);
}

int main(void)
{
#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, set_up, commands_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_sync_does_what_it_showed),
		TEST(a_name_that_somebody_else_has),
		TEST(a_directory_that_is_too_small),
		TEST(everybody_is_pinned),
		TEST(a_directory_that_is_away_changes_nothing),
	};

	return cmocka_run_group_tests(tests, start_directory, stop_directory);
}
