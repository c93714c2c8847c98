/* SPDX-License-Identifier: MIT
 *
 * The help of alumnictl.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/commands/command-help.h"
#include "ctl/commands/commands.h"

static char *help_on(const char *topic)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	command_help_print(stream, topic);
	assert_int_equal(fclose(stream), 0);
	return text;
}

/* Each command stands on a line of its own. */
static bool lists(const char *text, const char *name)
{
	char line[64];

	(void)snprintf(line, sizeof(line), "\n  %s ", name);
	return strstr(text, line) != NULL;
}

static void all_commands_are_listed(void **state)
{
	char *text = help_on("");

	(void)state;
	assert_ptr_equal(strstr(text, "usage: alumnictl COMMAND "), text);
	for (size_t i = 0; commands[i] != NULL; i++)
		assert_true(lists(text, commands[i]->name));
	assert_non_null(strstr(text, "\n  --config FILE "));
	assert_non_null(strstr(text, "\n  --help "));
	assert_non_null(strstr(text, "\n  --version "));
	free(text);
}

static void a_group_lists_its_own(void **state)
{
	char *text = help_on("account");

	(void)state;
	assert_ptr_equal(strstr(text, "usage: alumnictl account COMMAND "),
			 text);
	for (size_t i = 0; commands[i] != NULL; i++)
		assert_int_equal(lists(text, commands[i]->name),
				 strncmp(commands[i]->name, "account ", 8) ==
					 0);
	free(text);
}

static void a_command_tells_all_about_itself(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i] != NULL; i++) {
		const struct command *command = commands[i];
		char *text = help_on(command->name);
		char part[64];

		(void)snprintf(part, sizeof(part), "usage: alumnictl %s [",
			       command->name);
		assert_ptr_equal(strstr(text, part), text);
		assert_non_null(strstr(text, command->help));
		for (size_t n = 0;
		     n < COMMAND_ARGUMENTS_MAX && command->arguments[n] != NULL;
		     n++)
			assert_non_null(strstr(text, command->arguments[n]));
		for (size_t n = 0; n < COMMAND_OPTIONS_MAX &&
				   command->options[n].name != NULL;
		     n++) {
			(void)snprintf(part, sizeof(part), "\n  --%s ",
				       command->options[n].name);
			assert_non_null(strstr(text, part));
			assert_non_null(strstr(text, command->options[n].help));
		}
		assert_int_equal(strstr(text, "\n  --json ") == NULL,
				 command->no_json);
		assert_int_equal(strstr(text, "\n   or: ") == NULL,
				 command->no_arguments_with == NULL);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_commands_are_listed),
		cmocka_unit_test(a_group_lists_its_own),
		cmocka_unit_test(a_command_tells_all_about_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
