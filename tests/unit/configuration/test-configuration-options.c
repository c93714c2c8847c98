/* SPDX-License-Identifier: MIT
 *
 * The options of the configuration file, and what the example and the manual
 * page tell of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/configuration/options.h"

#define EXAMPLE_FILE SOURCE_ROOT "/deploy/alumnimail.conf.in"
#define MANUAL_PAGE  SOURCE_ROOT "/doc/man/alumnimail.conf.5"
#define SOURCE_BYTES (64 * 1024)
#define ENTRY_BYTES  128

/* True if some line of the text begins, after white space and a #, with the
   option and an equal sign. */
static bool example_shows(const char *text, const char *option)
{
	size_t length = strlen(option);

	while (*text != '\0') {
		text += strspn(text, " \t#");
		if (strncmp(text, option, length) == 0 &&
		    strchr(" \t=", text[length]) != NULL)
			return true;
		text += strcspn(text, "\n");
		text += strspn(text, "\n");
	}
	return false;
}

/* Reads a file of the sources. Free the text. */
static char *read_source(const char *path)
{
	char *text = calloc(1, SOURCE_BYTES);
	FILE *file = fopen(path, "r");
	size_t size;

	assert_non_null(text);
	assert_non_null(file);
	size = fread(text, 1, SOURCE_BYTES - 1, file);
	assert_true(size > 0 && size < SOURCE_BYTES - 1);
	assert_int_equal(fclose(file), 0);
	return text;
}

static void example_shows_every_option(void **state)
{
	char *text = read_source(EXAMPLE_FILE);
	size_t count;
	const struct configuration_option *options =
		configuration_options(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		if (!example_shows(text, options[i].name))
			fail_msg("%s does not show %s", EXAMPLE_FILE,
				 options[i].name);
	}
	free(text);
}

/* Finds an option's paragraphs in the manual page and ends the text after
   them. Returns NULL if there are none. */
static char *manual_entry(char *text, const char *option)
{
	char head[ENTRY_BYTES];
	char *entry;
	char *end;

	(void)snprintf(head, sizeof(head), "\n.It Ic %s\n", option);
	entry = strstr(text, head);
	if (entry == NULL)
		return NULL;
	entry += strlen(head);
	end = strstr(entry, "\n.It Ic ");
	if (end != NULL)
		*end = '\0';
	return entry;
}

static void manual_page_tells_every_option_and_its_default(void **state)
{
	size_t count;
	const struct configuration_option *options =
		configuration_options(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		char *text = read_source(MANUAL_PAGE);
		char *entry = manual_entry(text, options[i].name);
		char value[ENTRY_BYTES] = "Required.";

		if (entry == NULL)
			fail_msg("%s lacks %s", MANUAL_PAGE, options[i].name);
		if (options[i].fallback != NULL)
			(void)snprintf(value, sizeof(value),
				       "Default:\n.Ql %s .",
				       options[i].fallback);
		if ((options[i].required || options[i].fallback != NULL) &&
		    strstr(entry, value) == NULL)
			fail_msg("%s does not say of %s: %s", MANUAL_PAGE,
				 options[i].name, value);
		free(text);
	}
}

static void every_option_has_help_and_a_valid_default(void **state)
{
	size_t count;
	const struct configuration_option *options =
		configuration_options(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct error error = {""};

		assert_non_null(options[i].help);
		if (options[i].fallback == NULL || options[i].check == NULL)
			continue;
		assert_false(options[i].required);
		if (options[i].check(options[i].fallback, &error) < 0)
			fail_msg("%s: %s", options[i].name, error.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_shows_every_option),
		cmocka_unit_test(
			manual_page_tells_every_option_and_its_default),
		cmocka_unit_test(every_option_has_help_and_a_valid_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
