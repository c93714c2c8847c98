/* SPDX-License-Identifier: MIT
 *
 * Commands that change one account, and those that show it, as stories.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

#include "tests/unit/ctl/commands-fixture.h"

#define ADD(name)                                                              \
	{                                                                      \
		{"account", "add", name}, EX_OK, name ": added, id ", NULL     \
	}

static void accounts_come_and_go(void **state)
{
	static const struct command_step steps[] = {
		{{"store", "init"}, EX_OK, "is up to date", NULL},
		{{"account", "list"}, EX_OK, "NAME  ", "alumni"},
		ADD("alumna"),
		{{"account", "add", "alumna"}, EX_DATAERR, "already", NULL},
		{{"account", "add", "a b"}, EX_DATAERR, "user name", NULL},
		{{"account", "add", "Second", "--class", "student"},
		 EX_OK,
		 "second: added",
		 NULL},
		{{"account", "add", "x", "--class", "nope"},
		 EX_DATAERR,
		 "there is no class \"nope\"",
		 NULL},
		{{"account", "show", "x"}, EX_NOUSER, "no account x", NULL},
		{{"account", "show", "alumna"},
		 EX_OK,
		 "State:        enabled\n",
		 NULL},
		{{"account", "disable", "alumna"}, EX_OK, "disabled", NULL},
		{{"account", "show", "alumna"},
		 EX_OK,
		 "State:        disabled\n",
		 NULL},
		{{"account", "list", "--state", "disabled"},
		 EX_OK,
		 "alumna ",
		 "second"},
		{{"account", "enable", "alumna"}, EX_OK, "enabled", NULL},
		{{"account", "list", "--state", "disabled"},
		 EX_OK,
		 "NAME",
		 "alumna"},
		{{"account", "list", "--state", "enabled"},
		 EX_OK,
		 "alumna ",
		 NULL},
		{{"account", "list", "--state", "odd"},
		 EX_USAGE,
		 "--state",
		 NULL},
		{{"account", "list", "--class", "student"},
		 EX_OK,
		 "second ",
		 "alumna"},
		{{"account", "list", "--names"},
		 EX_OK,
		 "alumna\nsecond\n",
		 "NAME"},
		{{"account", "list", "--names", "--prefix", "SE"},
		 EX_OK,
		 "second\n",
		 "alumna"},
		{{"account", "list", "--names", "--json"},
		 EX_USAGE,
		 "give one of them",
		 NULL},
	};

	COMMANDS_PLAY(*state, steps);
}

static void a_name_changes(void **state)
{
	static const struct command_step steps[] = {
		ADD("old"),
		ADD("other"),
		{{"account", "rename", "old", "other"},
		 EX_DATAERR,
		 "already; choose another",
		 NULL},
		{{"account", "rename", "old", "old"},
		 EX_DATAERR,
		 "has that name already",
		 NULL},
		{{"account", "rename", "old", "a b"},
		 EX_DATAERR,
		 "user name",
		 NULL},
		{{"account", "rename", "old", "new"},
		 EX_OK,
		 "old: is new now, and gets mail for both names",
		 NULL},
		{{"alias", "list", "new"}, EX_OK, "old\n", NULL},
		{{"account", "rename", "new", "newer", "--no-alias"},
		 EX_OK,
		 "new: is newer now, and the old name gets no mail",
		 NULL},
		{{"alias", "list", "newer"}, EX_OK, "old\n", "new"},
		/* Nobody else gets a name that mail still comes for. */
		{{"account", "add", "new"},
		 EX_DATAERR,
		 "not given out again yet",
		 NULL},
		{{"account", "rename", "other", "new"},
		 EX_DATAERR,
		 "quarantine",
		 NULL},
		{{"alias", "add", "other", "new"},
		 EX_DATAERR,
		 "quarantine",
		 NULL},
		{{"account", "rename", "newer", "new"},
		 EX_OK,
		 "newer: is new now",
		 NULL},
	};

	COMMANDS_PLAY(*state, steps);
}

static void aliases_are_names_too(void **state)
{
	static const struct command_step steps[] = {
		ADD("alumna"),
		ADD("other"),
		{{"alias", "list", "alumna"}, EX_OK, NULL, NULL},
		{{"alias", "add", "alumna", "Anna"},
		 EX_OK,
		 "alumna: mail for anna@alumni.example arrives here",
		 NULL},
		{{"alias", "add", "other", "anna"},
		 EX_DATAERR,
		 "already",
		 NULL},
		{{"alias", "add", "other", "alumna"},
		 EX_DATAERR,
		 "already",
		 NULL},
		{{"alias", "add", "other", "postmaster"},
		 EX_DATAERR,
		 "nobody's alias",
		 NULL},
		{{"alias", "add", "other", "abuse"},
		 EX_DATAERR,
		 "nobody's alias",
		 NULL},
		{{"alias", "list", "alumna"}, EX_OK, "anna\n", NULL},
		{{"alias", "list", "alumna", "--json"},
		 EX_OK,
		 "\"anna\"",
		 NULL},
		{{"alias", "remove", "other", "anna"},
		 EX_DATAERR,
		 "other has no alias anna",
		 NULL},
		{{"alias", "remove", "alumna", "anna"},
		 EX_OK,
		 "anna is no alias any more",
		 NULL},
		{{"alias", "list", "alumna"}, EX_OK, NULL, NULL},
		{{"alias", "list", "nobody"}, EX_NOUSER, "no account", NULL},
	};

	COMMANDS_PLAY(*state, steps);
}

static void limits_are_ones_own_or_the_classs(void **state)
{
	static const struct command_step steps[] = {
		ADD("alumna"),
		{{"quota", "set", "alumna", "1G"},
		 EX_OK,
		 "quota 1 GB (its own)",
		 NULL},
		{{"quota", "set", "alumna", "odd"},
		 EX_DATAERR,
		 "is not a size",
		 NULL},
		{{"account", "show", "alumna"},
		 EX_OK,
		 "Quota:        1 GB (its own)",
		 NULL},
		{{"quota", "set", "alumna", "unlimited"},
		 EX_OK,
		 "quota unlimited (its own)",
		 NULL},
		{{"quota", "clear", "alumna"},
		 EX_OK,
		 "quota 2 GB (of its class)",
		 NULL},
		{{"quota", "clear", "nobody"}, EX_NOUSER, "no account", NULL},
		{{"trash", "set", "alumna", "3d"},
		 EX_OK,
		 "stay in Trash 3 days (its own)",
		 NULL},
		{{"trash", "set", "alumna", "odd"}, EX_DATAERR, "odd", NULL},
		{{"trash", "set", "alumna", "0"},
		 EX_OK,
		 "stay in Trash for ever (its own)",
		 NULL},
		{{"trash", "clear", "alumna"},
		 EX_OK,
		 "stay in Trash 7 days (of its class)",
		 NULL},
		{{"class", "set", "alumna", "student"},
		 EX_OK,
		 "class student",
		 NULL},
		{{"class", "set", "alumna", "nope"},
		 EX_DATAERR,
		 "no class \"nope\"",
		 NULL},
		{{"account", "show", "alumna"},
		 EX_OK,
		 "Quota:        50 MB (of class student)",
		 NULL},
	};

	COMMANDS_PLAY(*state, steps);
}

static void mail_is_forwarded(void **state)
{
	static const struct command_step steps[] = {
		ADD("alumna"),
		{{"forward", "show", "alumna"},
		 EX_OK,
		 "alumna: not forwarded\n",
		 NULL},
		{{"forward", "set", "alumna", "x@outside.example"},
		 EX_OK,
		 "forwarded to x@outside.example, a copy is kept",
		 NULL},
		{{"forward", "show", "alumna", "--json"},
		 EX_OK,
		 "\"keep_copy\":true",
		 NULL},
		{{"forward", "set", "alumna", "x@outside.example", "--no-copy"},
		 EX_OK,
		 "no copy is kept",
		 NULL},
		{{"forward", "show", "alumna"},
		 EX_OK,
		 "x@outside.example, no copy is kept",
		 NULL},
		{{"forward", "set", "alumna", "x@second.example"},
		 EX_DATAERR,
		 "second.example",
		 NULL},
		{{"account", "list", "--forwarding"}, EX_OK, "alumna ", NULL},
		{{"forward", "clear", "alumna"}, EX_OK, "not forwarded", NULL},
		{{"account", "list", "--forwarding"}, EX_OK, "NAME", "alumna"},
	};

	COMMANDS_PLAY(*state, steps);
}

static void sending_and_sessions(void **state)
{
	static const struct command_step steps[] = {
		ADD("alumna"),
		{{"sending", "block", "alumna", "--reason", "\x01"},
		 EX_DATAERR,
		 "at most 159 bytes",
		 NULL},
		{{"sending", "block", "alumna", "--reason",
		  "a stolen password"},
		 EX_OK,
		 "sending is blocked",
		 NULL},
		{{"sending", "block", "alumna"},
		 EX_OK,
		 "blocked already",
		 NULL},
		{{"account", "show", "alumna"},
		 EX_OK,
		 "a stolen password",
		 NULL},
		{{"sending", "unblock", "alumna"}, EX_OK, "may send", NULL},
		{{"sending", "block", "alumna"}, EX_OK, "is blocked", NULL},
		{{"account", "show", "alumna"}, EX_OK, "by hand", NULL},
		{{"sending", "block", "nobody"}, EX_NOUSER, "nobody", NULL},
		{{"backend", "set", "alumna", "mail1.example"},
		 EX_OK,
		 "sessions go to mail1.example",
		 NULL},
		{{"backend", "set", "alumna", "x y"},
		 EX_DATAERR,
		 "is not a domain name",
		 NULL},
		{{"account", "show", "alumna"}, EX_OK, "mail1.example", NULL},
		{{"backend", "clear", "alumna"},
		 EX_OK,
		 "sessions stay here",
		 NULL},
	};

	COMMANDS_PLAY(*state, steps);
}

static void deleting_can_be_taken_back(void **state)
{
	static const struct command_step steps[] = {
		ADD("alumna"),
		{{"account", "delete", "alumna"}, EX_USAGE, "--yes", NULL},
		{{"account", "show", "alumna"}, EX_OK, "enabled", NULL},
		{{"account", "delete", "alumna", "--yes"},
		 EX_OK,
		 "brings it back for 30 days",
		 "stays"},
		{{"account", "show", "alumna"}, EX_NOUSER, "alumna", NULL},
		{{"account", "list"}, EX_OK, "NAME", "alumna"},
		{{"account", "list", "--state", "deleted"},
		 EX_OK,
		 "alumna ",
		 NULL},
		{{"account", "purge"}, EX_OK, NULL, NULL},
		{{"account", "undelete", "alumna"}, EX_OK, "is back", NULL},
		{{"account", "undelete", "alumna"},
		 EX_NOUSER,
		 "no deleted account",
		 NULL},
		{{"account", "delete", "alumna", "--yes", "--keep-mail"},
		 EX_OK,
		 "and its mail stays in",
		 NULL},
		{{"account", "add", "alumna"},
		 EX_DATAERR,
		 "not given out again yet",
		 NULL},
		{{"account", "delete", "nobody", "--yes"},
		 EX_NOUSER,
		 "nobody",
		 NULL},
	};

	COMMANDS_PLAY(*state, steps);
}

/* A group is offered once, and each of its commands with it. */
static void completion_knows_every_command(void **state)
{
	static const struct command_step steps[] = {
		{{"completion", "bash"},
		 EX_OK,
		 "\"\") list=\"store srs password-key account password "
		 "app-password class quota trash usage ",
		 "account account"},
		{{"completion", "bash"},
		 EX_OK,
		 "\"account\") list=\"add show list rename ",
		 NULL},
		{{"completion", "bash"},
		 EX_OK,
		 "[[ \"${words[*]}\" != \"account show\" ]] || name=1",
		 "!= \"account list\" ]]"},
		{{"completion", "zsh"}, EX_USAGE, "only for bash", NULL},
	};

	COMMANDS_PLAY(*state, steps);
}

static void the_trail_tells_what_was_done(void **state)
{
	static const struct command_step steps[] = {
		ADD("alumna"),
		ADD("other"),
		{{"account", "disable", "alumna"}, EX_OK, "disabled", NULL},
		/* Newest first. */
		{{"audit", "list", "--limit", "1"},
		 EX_OK,
		 " alumna account.disable (",
		 "account.add"},
		{{"audit", "list", "--limit", "2"},
		 EX_OK,
		 " other account.",
		 " alumna account.add"},
		{{"audit", "list", "other"},
		 EX_OK,
		 " other account.",
		 "alumna "},
		{{"audit", "list", "alumna", "--json"},
		 EX_OK,
		 "\"action\":\"account.disable\"",
		 NULL},
		{{"quota", "set", "other", "1G"}, EX_OK, "1 GB", NULL},
		{{"audit", "list", "other", "--json"},
		 EX_OK,
		 "\"action\":\"quota\",\"detail\":\"1073741824, was ",
		 NULL},
		{{"audit", "list", "--limit", "0"},
		 EX_OK,
		 " alumna account.disable (",
		 NULL},
		{{"audit", "list", "--limit", "x"}, EX_USAGE, "--limit", NULL},
		{{"audit", "list", "--since", "x"},
		 EX_DATAERR,
		 "--since",
		 NULL},
		{{"audit", "list", "--since", "1h"},
		 EX_OK,
		 "account.disable",
		 NULL},
		{{"audit", "list", "--since", "2999-01-01"}, EX_OK, NULL, NULL},
		{{"audit", "prune", "--before", "1d"},
		 EX_OK,
		 "0 entries removed",
		 NULL},
		{{"audit", "prune", "--before", "2999-01-01"},
		 EX_OK,
		 "4 entries removed",
		 NULL},
	};

	COMMANDS_PLAY(*state, steps);
}

int main(void)
{
#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, commands_set_up,             \
					commands_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(accounts_come_and_go),
		TEST(a_name_changes),
		TEST(aliases_are_names_too),
		TEST(limits_are_ones_own_or_the_classs),
		TEST(mail_is_forwarded),
		TEST(sending_and_sessions),
		TEST(deleting_can_be_taken_back),
		TEST(completion_knows_every_command),
		TEST(the_trail_tells_what_was_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
