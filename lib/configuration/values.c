/* SPDX-License-Identifier: MIT
 *
 * Turns the text of options into fields; see lib/configuration/values.h.
 */
#include "lib/configuration/values.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/account/account.h"
#include "lib/configuration/checks.h"
#include "lib/configuration/options.h"
#include "lib/configuration/parser.h"
#include "lib/configuration/configuration.h"
#include "lib/mail/quota.h"
#include "lib/mail/retention.h"

#define WORDS_BYTES 128

/* The table has the offset of each field. */
static void *field_of(const struct configuration_option *option, void *fields)
{
	return (char *)fields + option->offset;
}

static int out_of_memory(struct error *error)
{
	return error_set(error, "out of memory");
}

static int set_text(const struct configuration_option *option, void *field,
		    const char *value, struct error *error)
{
	char **text = field;

	/* A template leaves an option out by an empty value. */
	if (value[0] == '\0') {
		if (option->required || option->fallback != NULL)
			return error_set(error, "must not be empty");
		return 0;
	}
	if (option->check != NULL && option->check(value, error) < 0)
		return -1;
	*text = strdup(value);
	return *text == NULL ? out_of_memory(error) : 0;
}

static int set_switch(bool *field, const char *value, struct error *error)
{
	int truth = cfg_parse_boolean(value);

	if (truth < 0)
		return error_set(error, "\"%s\" is neither yes nor no", value);
	*field = truth == 1;
	return 0;
}

static int set_count(const struct configuration_option *option,
		     unsigned int *field, const char *value,
		     struct error *error)
{
	size_t digits = strspn(value, "0123456789");
	unsigned long number = strtoul(value, NULL, 10);

	if (digits == 0 || value[digits] != '\0' || number < option->minimum ||
	    number > option->maximum)
		return error_set(error,
				 "\"%s\" must be a whole number from %u to %u",
				 value, option->minimum, option->maximum);
	*field = (unsigned int)number;
	return 0;
}

static int set_number(const struct configuration_option *option, int64_t *field,
		      const char *value, struct error *error)
{
	if (option->check != NULL && option->check(value, error) < 0)
		return -1;
	if (option->type == OPTION_SIZE)
		return mail_quota_parse(value, field, error);
	return retention_parse(value, field, error);
}

static int set_choice(const struct configuration_option *option, void *field,
		      const char *value, struct error *error)
{
	char words[WORDS_BYTES] = "";
	size_t used = 0;

	for (const struct option_choice *choice = option->choices;
	     choice->word != NULL; choice++) {
		if (strcmp(choice->word, value) == 0) {
			/* An enum of ours has the size of an int. */
			memcpy(field, &choice->value, sizeof(choice->value));
			return 0;
		}
		if (used < sizeof(words))
			used += (size_t)snprintf(
				words + used, sizeof(words) - used, "%s\"%s\"",
				used == 0 ? "" : ", ", choice->word);
	}
	return error_set(error, "\"%s\" is none of %s", value, words);
}

_Static_assert(sizeof(enum over_quota_copy) == sizeof(int) &&
		       sizeof(enum directory_tls) == sizeof(int),
	       "set_choice() writes an int");

static int set_list(const struct configuration_option *option, char ***field,
		    cfg_opt_t *opt, struct error *error)
{
	unsigned int count = cfg_opt_size(opt);
	char **list = calloc(count + 1, sizeof(*list));

	*field = list;
	if (list == NULL)
		return out_of_memory(error);
	for (unsigned int i = 0; i < count; i++) {
		const char *value = cfg_opt_getnstr(opt, i);

		if (option->check != NULL && option->check(value, error) < 0)
			return -1;
		list[i] = strdup(value);
		if (list[i] == NULL)
			return out_of_memory(error);
	}
	return 0;
}

/* Takes VALUE=CLASS apart at the last =, since a value may contain =. */
static int set_map_entry(struct class_map *entry, const char *text,
			 struct error *error)
{
	const char *equals = strrchr(text, '=');

	if (equals == NULL || equals == text)
		return error_set(error,
				 "\"%s\" must be VALUE=CLASS, such as "
				 "\"student=student\"",
				 text);
	if (check_section_name(equals + 1, error) < 0)
		return -1;
	entry->value = strndup(text, (size_t)(equals - text));
	entry->class_name = strdup(equals + 1);
	if (entry->value == NULL || entry->class_name == NULL)
		return out_of_memory(error);
	return 0;
}

static int set_map(struct directory_options *directory, cfg_opt_t *opt,
		   struct error *error)
{
	unsigned int count = cfg_opt_size(opt);

	if (count == 0)
		return 0;
	directory->class_map = calloc(count, sizeof(*directory->class_map));
	if (directory->class_map == NULL)
		return out_of_memory(error);
	directory->class_map_count = count;
	for (unsigned int i = 0; i < count; i++) {
		if (set_map_entry(&directory->class_map[i],
				  cfg_opt_getnstr(opt, i), error) < 0)
			return -1;
	}
	return 0;
}

static int set_scalar(const struct configuration_option *option, void *field,
		      const char *value, struct error *error)
{
	if (value == NULL)
		value = option->fallback;
	if (value == NULL)
		return 0;
	switch (option->type) {
	case OPTION_TEXT:
		return set_text(option, field, value, error);
	case OPTION_SWITCH:
		return set_switch(field, value, error);
	case OPTION_COUNT:
		return set_count(option, field, value, error);
	case OPTION_SIZE:
	case OPTION_SPAN:
		return set_number(option, field, value, error);
	case OPTION_CHOICE:
		return set_choice(option, field, value, error);
	case OPTION_LIST:
	case OPTION_MAP:
		break;
	}
	return error_set(error, "is not a single value");
}

static int set_option(const struct configuration_source *source,
		      const struct configuration_option *option, void *fields,
		      struct error *error)
{
	cfg_opt_t *opt = cfg_getopt(source->cfg, option->name);
	bool is_set = configuration_line(source->cfg, option->name) != 0;

	if (option->required && !is_set)
		return error_set(error, "not set, but it must be (%s)",
				 option->help);
	if (option->type == OPTION_LIST)
		return set_list(option, field_of(option, fields), opt, error);
	if (option->type == OPTION_MAP)
		return set_map(fields, opt, error);
	return set_scalar(option, field_of(option, fields),
			  is_set ? cfg_opt_getnstr(opt, 0) : NULL, error);
}

int configuration_values_blame(const struct configuration_source *source,
			       const char *option, struct error *error)
{
	unsigned int line = configuration_line(source->cfg, option);

	(void)error_prefix(error, "%s", option);
	if (source->section != NULL) {
		(void)error_prefix(error, "%s \"%s\"", source->section,
				   cfg_title(source->cfg));
		if (line == 0)
			line = configuration_section_line(source->cfg);
	}
	if (line == 0)
		return error_prefix(error, "%s", source->path);
	return error_prefix(error, "%s:%u", source->path, line);
}

int configuration_values_set(const struct configuration_source *source,
			     void *fields, struct error *error)
{
	size_t count;
	const struct configuration_option *options =
		configuration_options(&count);

	for (size_t i = 0; i < count; i++) {
		const struct configuration_option *option = &options[i];

		if (!configuration_option_is_in(option, source->section))
			continue;
		if (set_option(source, option, fields, error) < 0)
			return configuration_values_blame(source, option->name,
							  error);
	}
	return 0;
}

static void free_list(char **list)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i++)
		free(list[i]);
	free(list);
}

static void free_map(struct directory_options *directory)
{
	for (size_t i = 0; i < directory->class_map_count; i++) {
		free(directory->class_map[i].value);
		free(directory->class_map[i].class_name);
	}
	free(directory->class_map);
}

void configuration_values_free(const char *section, void *fields)
{
	size_t count;
	const struct configuration_option *options =
		configuration_options(&count);

	for (size_t i = 0; i < count; i++) {
		void *field = field_of(&options[i], fields);

		if (!configuration_option_is_in(&options[i], section))
			continue;
		if (options[i].type == OPTION_TEXT)
			free(*(char **)field);
		else if (options[i].type == OPTION_LIST)
			free_list(*(char ***)field);
		else if (options[i].type == OPTION_MAP)
			free_map(fields);
	}
}
