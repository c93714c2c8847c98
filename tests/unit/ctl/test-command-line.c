/* SPDX-License-Identifier: MIT
 *
 * The command line of alumnictl, by a table of lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ctl/commands/command-line.h"
#include "ctl/commands/commands.h"

#define WORDS_MAX 12

struct line_case {
	const char *words[WORDS_MAX];
	enum command_line_result result;
	const char *topic;
	const char *error; /* a part of it */
};

static const struct line_case cases[] = {
	{{"account", "list"}, COMMAND_LINE_RUN, "account list", ""},
	{{"account", "show", "alumna"}, COMMAND_LINE_RUN, "account show", ""},
	{{"login-test", "alumna"}, COMMAND_LINE_RUN, "login-test", ""},
	{{"login-test", "--", "--odd"}, COMMAND_LINE_RUN, "login-test", ""},

	{{"--help"}, COMMAND_LINE_HELP, "", ""},
	{{"-h"}, COMMAND_LINE_HELP, "", ""},
	{{"account", "--help"}, COMMAND_LINE_HELP, "account", ""},
	{{"--help", "account"}, COMMAND_LINE_HELP, "account", ""},
	{{"account", "add", "--help"}, COMMAND_LINE_HELP, "account add", ""},
	{{"account", "add", "x", "y", "z", "-h"},
	 COMMAND_LINE_HELP,
	 "account add",
	 ""},
	{{"--version"}, COMMAND_LINE_VERSION, "", ""},
	{{"account", "--version"}, COMMAND_LINE_VERSION, "account", ""},

	{{NULL}, COMMAND_LINE_WRONG, "", "a command is missing"},
	{{"acount"}, COMMAND_LINE_WRONG, "", "unknown command acount"},
	{{"acc"}, COMMAND_LINE_WRONG, "", "unknown command acc"},
	{{""}, COMMAND_LINE_WRONG, "", "unknown command"},
	{{"account add"},
	 COMMAND_LINE_WRONG,
	 "account add",
	 "missing argument NAME"},
	{{"account"}, COMMAND_LINE_WRONG, "account", "missing after account"},
	{{"account", "ad"},
	 COMMAND_LINE_WRONG,
	 "account",
	 "unknown command account ad"},
	{{"account", "show"},
	 COMMAND_LINE_WRONG,
	 "account show",
	 "missing argument NAME"},
	{{"quota", "set", "alumna"},
	 COMMAND_LINE_WRONG,
	 "quota set",
	 "missing argument SIZE"},
	{{"account", "show", "a", "b"},
	 COMMAND_LINE_WRONG,
	 "account show",
	 "too many arguments from b"},
	{{"quota", "set", "a", "1G", "c"},
	 COMMAND_LINE_WRONG,
	 "quota set",
	 "too many arguments from c"},
	{{"account", "list", "--color"},
	 COMMAND_LINE_WRONG,
	 "account list",
	 "unknown or ambiguous option --color"},
	{{"account", "add", "--d", "x"},
	 COMMAND_LINE_WRONG,
	 "account add",
	 "unknown or ambiguous option --d"},
	{{"account", "list", "-xyz"},
	 COMMAND_LINE_WRONG,
	 "account list",
	 "unknown or ambiguous option -x"},
	{{"--config"}, COMMAND_LINE_WRONG, "", "missing after --config"},
	{{"account", "add", "a", "--class"},
	 COMMAND_LINE_WRONG,
	 "account add",
	 "missing after --class"},
	{{"account", "list", "--json=yes"},
	 COMMAND_LINE_WRONG,
	 "account list",
	 "no value can be given with --json=yes"},
	{{"--json", "completion", "bash"},
	 COMMAND_LINE_WRONG,
	 "completion",
	 "there is no --json"},
	{{"password", "set", "a", "secret"},
	 COMMAND_LINE_WRONG,
	 "password set",
	 "too many arguments"},
};

static enum command_line_result parse(const char *const *words,
				      struct invocation *invocation_r,
				      char *topic_r, struct error *error)
{
	char *argv[WORDS_MAX + 2] = {(char *)"alumnictl"};
	int argc = 1;

	for (; words[argc - 1] != NULL; argc++)
		argv[argc] = (char *)words[argc - 1];
	return command_line_parse(argc, argv, invocation_r, topic_r, error);
}

static void test_lines(void **state)
{
	struct invocation invocation;
	char topic[COMMAND_TOPIC_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct line_case *line = &cases[i];
		struct error error = {""};
		enum command_line_result result =
			parse(line->words, &invocation, topic, &error);

		if (result != line->result || strcmp(topic, line->topic) != 0 ||
		    strstr(error.text, line->error) == NULL)
			fail_msg("line %zu (%s %s): result %d, topic \"%s\", "
				 "error \"%s\"",
				 i, line->words[0], line->words[1], result,
				 topic, error.text);
	}
}

static void test_options_and_arguments_in_any_order(void **state)
{
	static const char *const orders[][WORDS_MAX] = {
		{"--config", "f", "account", "add", "--class", "c", "--quota",
		 "1G", "alumna"},
		{"account", "--config", "f", "add", "alumna", "--class", "c",
		 "--quota", "1G"},
		{"account", "add", "--quota=1G", "alumna", "--config=f",
		 "--class", "c"},
	};
	struct invocation invocation;
	char topic[COMMAND_TOPIC_BYTES];
	struct error error = {""};

	(void)state;
	for (size_t i = 0; i < sizeof(orders) / sizeof(*orders); i++) {
		assert_int_equal(parse(orders[i], &invocation, topic, &error),
				 COMMAND_LINE_RUN);
		assert_ptr_equal(invocation.command, &cmd_account_add);
		assert_string_equal(invocation.configuration_path, "f");
		assert_string_equal(invocation.arguments[0], "alumna");
		assert_string_equal(invocation_option(&invocation, "class"),
				    "c");
		assert_string_equal(invocation_option(&invocation, "quota"),
				    "1G");
		assert_null(invocation_option(&invocation, "disabled"));
		assert_null(invocation_option(&invocation, "directory"));
		assert_false(invocation.json);
	}
}

static void test_flags(void **state)
{
	static const char *const words[WORDS_MAX] = {
		"--json", "account", "delete", "--yes", "alumna"};
	struct invocation invocation;
	char topic[COMMAND_TOPIC_BYTES];
	struct error error = {""};

	(void)state;
	assert_int_equal(parse(words, &invocation, topic, &error),
			 COMMAND_LINE_RUN);
	assert_true(invocation.json);
	assert_string_equal(invocation_option(&invocation, "yes"), "");
}

static void test_program_without_a_name(void **state)
{
	struct invocation invocation;
	char topic[COMMAND_TOPIC_BYTES];
	struct error error = {""};
	char *argv[] = {NULL};

	(void)state;
	assert_int_equal(
		command_line_parse(0, argv, &invocation, topic, &error),
		COMMAND_LINE_WRONG);
}

/* Every command of the table can be reached, has a help, and no more rows
   than the parser looks at. */
static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i] != NULL; i++) {
		assert_ptr_equal(command_find(commands[i]->name), commands[i]);
		assert_true(strlen(commands[i]->name) < COMMAND_TOPIC_BYTES);
		assert_non_null(commands[i]->summary);
		assert_non_null(commands[i]->help);
		assert_non_null(commands[i]->run);
	}
	assert_true(command_is_group("account"));
	assert_false(command_is_group("login-test"));
	assert_false(command_is_group(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_options_and_arguments_in_any_order),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_program_without_a_name),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
