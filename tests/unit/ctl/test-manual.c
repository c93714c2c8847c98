/* SPDX-License-Identifier: MIT
 *
 * The manual pages say what the tables in the code say: every option with its
 * default, words and bounds, every command with its options, and nothing that
 * does not exist.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/commands/commands.h"
#include "lib/configuration/options.h"

#define PAGE_BYTES_MAX (256 * 1024)
#define TEXT_BYTES     256

static char *page_read(const char *name)
{
	char path[4096];
	char *text = calloc(1, PAGE_BYTES_MAX);
	FILE *file;
	size_t length;

	snprintf(path, sizeof(path), SOURCE_ROOT "/doc/man/%s", name);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(text);
	length = fread(text, 1, PAGE_BYTES_MAX - 1, file);
	assert_int_not_equal(length, 0);
	assert_true(feof(file));
	fclose(file);
	return text;
}

/* Copies what stands from after the line `start` to before the next line that
   begins with one of the ends, or all the rest. NULL if there is no such
   line. */
static char *page_part(const char *page, const char *start,
		       const char *const *ends)
{
	char line[TEXT_BYTES];
	const char *from;
	size_t length;

	snprintf(line, sizeof(line), "\n%s\n", start);
	from = strstr(page, line);
	if (from == NULL)
		return NULL;
	from += strlen(line) - 1;
	length = strlen(from);
	for (; *ends != NULL; ends++) {
		const char *end;

		snprintf(line, sizeof(line), "\n%s", *ends);
		end = strstr(from, line);
		if (end != NULL && (size_t)(end - from) < length)
			length = (size_t)(end - from);
	}
	return strndup(from, length);
}

static const char *const section_ends[] = {".Sh ", ".Ss ", NULL};
static const char *const item_ends[] = {".It ", ".El", NULL};

static char *options_part(const char *page, const char *section)
{
	char heading[TEXT_BYTES];
	char *part;

	if (section == NULL)
		snprintf(heading, sizeof(heading), ".Ss General options");
	else
		snprintf(heading, sizeof(heading),
			 ".Ss Options of a %s section", section);
	part = page_part(page, heading, section_ends);
	assert_non_null(part);
	return part;
}

static void assert_says(const char *text, const char *what, const char *name)
{
	if (strstr(text, what) == NULL)
		fail_msg("option %s: the manual page does not say: %s", name,
			 what);
}

static void check_option(const char *text,
			 const struct configuration_option *option)
{
	char expected[TEXT_BYTES];

	if (option->required)
		assert_says(text, "\nRequired.", option->name);
	else if (option->fallback == NULL)
		assert_says(text, "\nUnset", option->name);
	if (option->fallback != NULL) {
		snprintf(expected, sizeof(expected), "\nDefault:\n.Ql %s .",
			 option->fallback);
		assert_says(text, expected, option->name);
	}
	for (const struct option_choice *choice = option->choices;
	     choice != NULL && choice->word != NULL; choice++) {
		snprintf(expected, sizeof(expected), "\n.Ql %s\n",
			 choice->word);
		assert_says(text, expected, option->name);
	}
	if (option->type == OPTION_COUNT) {
		/* Where the text is filled, a line may end anywhere. */
		snprintf(expected, sizeof(expected), "%u", option->minimum);
		assert_says(text, expected, option->name);
		snprintf(expected, sizeof(expected), "%u", option->maximum);
		assert_says(text, expected, option->name);
	}
}

static void test_every_option_is_described(void **state)
{
	char *page = page_read("alumnimail.conf.5");
	size_t count;
	const struct configuration_option *options =
		configuration_options(&count);

	(void)state;
	assert_int_not_equal(count, 0);
	for (size_t i = 0; i < count; i++) {
		char *part = options_part(page, options[i].section);
		char item[TEXT_BYTES];
		char *text;

		snprintf(item, sizeof(item), ".It Ic %s", options[i].name);
		text = page_part(part, item, item_ends);
		if (text == NULL)
			fail_msg("option %s is not in its section of the "
				 "manual page",
				 options[i].name);
		check_option(text, &options[i]);
		free(text);
		free(part);
	}
	free(page);
}

static bool option_exists(const char *section, const char *name, size_t length)
{
	size_t count;
	const struct configuration_option *options =
		configuration_options(&count);

	for (size_t i = 0; i < count; i++) {
		if ((section == NULL) == (options[i].section == NULL) &&
		    (section == NULL ||
		     strcmp(section, options[i].section) == 0) &&
		    strlen(options[i].name) == length &&
		    strncmp(options[i].name, name, length) == 0)
			return true;
	}
	return false;
}

static void test_every_described_option_exists(void **state)
{
	static const char *const sections[] = {NULL,
					       CONFIGURATION_SECTION_CLASS,
					       CONFIGURATION_SECTION_DIRECTORY};
	static const char start[] = "\n.It Ic ";
	char *page = page_read("alumnimail.conf.5");

	(void)state;
	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++) {
		char *part = options_part(page, sections[i]);

		for (const char *item = strstr(part, start); item != NULL;
		     item = strstr(item, start)) {
			item += strlen(start);
			if (!option_exists(sections[i], item,
					   strcspn(item, "\n")))
				fail_msg("the manual page describes an option "
					 "that there is not: %.30s",
					 item);
		}
		free(part);
	}
	free(page);
}

/* The heading of a command in the manual page. */
static void command_item(const struct command *command, char *item_r)
{
	size_t used = (size_t)snprintf(item_r, TEXT_BYTES, ".It Ic %s",
				       command->name);

	for (size_t i = 0; i < COMMAND_ARGUMENTS_MAX; i++) {
		const char *argument = command->arguments[i];
		bool optional = argument != NULL && argument[0] == '[';

		if (argument != NULL)
			used += (size_t)snprintf(
				item_r + used, TEXT_BYTES - used, "%s %.*s",
				optional ? " Op Ar"
				: i == 0 ? " Ar"
					 : "",
				(int)strcspn(argument + optional, "]"),
				argument + optional);
	}
}

static void test_every_command_is_described(void **state)
{
	static const char *const command_ends[] = {".It Ic ", ".Sh ", NULL};
	char *page = page_read("alumnictl.8");

	(void)state;
	for (size_t i = 0; commands[i] != NULL; i++) {
		const struct command *command = commands[i];
		char item[TEXT_BYTES];
		char *text;

		command_item(command, item);
		text = page_part(page, item, command_ends);
		if (text == NULL)
			fail_msg("the manual page has no: %s", item);
		for (size_t j = 0; j < COMMAND_OPTIONS_MAX; j++) {
			const struct command_option *option =
				&command->options[j];

			if (option->name == NULL)
				break;
			snprintf(item, sizeof(item), "\n.It Fl -%s%s%s\n",
				 option->name,
				 option->argument == NULL ? "" : " Ar ",
				 option->argument == NULL ? ""
							  : option->argument);
			if (strstr(text, item) == NULL)
				fail_msg("%s: the manual page has no --%s",
					 command->name, option->name);
		}
		free(text);
	}
	free(page);
}

static void test_every_described_command_exists(void **state)
{
	static const char start[] = "\n.It Ic ";
	char *page = page_read("alumnictl.8");
	size_t described = 0;
	size_t count = 0;

	(void)state;
	while (commands[count] != NULL)
		count++;
	for (const char *item = strstr(page, start); item != NULL;
	     item = strstr(item + 1, start))
		described++;
	assert_int_equal(described, count);
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_option_is_described),
		cmocka_unit_test(test_every_described_option_exists),
		cmocka_unit_test(test_every_command_is_described),
		cmocka_unit_test(test_every_described_command_exists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
