/* SPDX-License-Identifier: MIT
 *
 * Commands about how people log in, as stories.
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

static void a_pin_has_two_parts(void **state)
{
	static const struct command_step steps[] = {
		ADD("alumna"),
		{{"account", "pin", "alumna"},
		 EX_USAGE,
		 "must be given together",
		 NULL},
		{{"account", "pin", "alumna", "--directory", "university"},
		 EX_USAGE,
		 "must be given together",
		 NULL},
		{{"account", "pin", "alumna", "--directory", "nope",
		  "--directory-id", "i"},
		 EX_DATAERR,
		 "no directory \"nope\"",
		 NULL},
		{{"account", "pin", "alumna", "--directory", "university",
		  "--directory-id", "i"},
		 EX_OK,
		 "pinned to university, id i",
		 NULL},
		{{"account", "pin", "alumna", "--dn", "x"},
		 EX_USAGE,
		 "--dn takes --directory",
		 NULL},
		{{"account", "pin", "alumna", "--dn", "x", "--directory-id",
		  "i"},
		 EX_USAGE,
		 "makes no sense",
		 NULL},
		{{"account", "pin", "alumna", "--dry-run"},
		 EX_USAGE,
		 "go with --all",
		 NULL},
		{{"account", "pin", "--all"},
		 EX_USAGE,
		 "takes --from-directory",
		 NULL},
		{{"account", "list", "--directory", "university"},
		 EX_OK,
		 "alumna ",
		 NULL},
		{{"account", "unpin", "alumna"}, EX_OK, "not pinned", NULL},
		{{"account", "list", "--directory", "university"},
		 EX_OK,
		 "NAME",
		 "alumna"},
	};

	COMMANDS_PLAY(*state, steps);
}

static void passwords_and_app_passwords(void **state)
{
	static const struct command_step steps[] = {
		ADD("alumna"),
		ADD("other"),
		{{"report", "no-password"}, EX_OK, "CREATED", "alumna"},
		{{"account", "list", "--no-password"}, EX_OK, "alumna ", NULL},
		{{"password", "clear", "alumna"},
		 EX_OK,
		 "had no password",
		 NULL},
		{{"password", "reset", "alumna"},
		 EX_OK,
		 "the new password, shown only now",
		 NULL},
		{{"account", "list", "--no-password"},
		 EX_OK,
		 "other ",
		 "alumna"},
		{{"app-password", "list", "alumna"}, EX_OK, "LABEL", "phone"},
		{{"app-password", "add", "alumna", "phone"},
		 EX_OK,
		 "phone",
		 NULL},
		{{"app-password", "add", "alumna", "phone"},
		 EX_DATAERR,
		 "has an app password with this label already",
		 NULL},
		{{"app-password", "list", "alumna"}, EX_OK, "phone ", NULL},
		{{"app-password", "revoke", "alumna", "laptop"},
		 EX_DATAERR,
		 "no app password with the label \"laptop\"",
		 NULL},
		{{"app-password", "revoke", "alumna", "phone"},
		 EX_OK,
		 "phone",
		 NULL},
		{{"app-password", "list", "alumna"}, EX_OK, "LABEL", "phone"},
		{{"app-password", "list", "other"}, EX_OK, "LABEL", "[]"},
		{{"app-password", "list", "other", "--json"},
		 EX_OK,
		 "[]",
		 "LABEL"},
		{{"app-password", "add", "other", "tablet", "--json"},
		 EX_OK,
		 "\"label\":\"tablet\",\"password\":\"",
		 NULL},
		{{"app-password", "list", "other", "--json"},
		 EX_OK,
		 "\"label\":\"tablet\"",
		 "LABEL"},
		/* Nothing is there to be read. */
		{{"password", "set", "other"},
		 EX_DATAERR,
		 "nothing was changed",
		 NULL},
		{{"login-test", "other"},
		 EX_DATAERR,
		 "no password was given",
		 NULL},
		{{"password", "invite", "alumna"},
		 EX_USAGE,
		 "--to must be given",
		 NULL},
		{{"password", "clear", "alumna"}, EX_OK, "alumna: ", "had no"},
		{{"account", "list", "--no-password"}, EX_OK, "alumna ", NULL},
	};

	COMMANDS_PLAY(*state, steps);
}

int main(void)
{
#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, commands_set_up,             \
					commands_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_pin_has_two_parts),
		TEST(passwords_and_app_passwords),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
