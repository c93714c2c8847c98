/* SPDX-License-Identifier: MIT
 *
 * The table of configuration options. One row has all that the program knows of
 * an option. The loader, the example file and the manual page follow the table.
 * Internal to the configuration; others include
 * lib/configuration/configuration.h.
 */
#ifndef ALUMNI_CONFIGURATION_OPTIONS_H
#define ALUMNI_CONFIGURATION_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"

enum option_type {
	OPTION_TEXT,   /* char *, NULL when unset */
	OPTION_LIST,   /* char **, NULL-terminated */
	OPTION_SWITCH, /* bool: yes or no */
	OPTION_COUNT,  /* unsigned int from minimum to maximum */
	OPTION_SIZE,   /* int64_t bytes, see mail_quota_parse() */
	OPTION_SPAN,   /* int64_t seconds, see retention_parse() */
	OPTION_CHOICE, /* an enum, one of the words in choices */
	OPTION_MAP,    /* class_map and class_map_count */
};

struct option_choice {
	const char *word;
	int value;
};

struct configuration_option {
	/* "class" or "directory"; NULL outside of sections. */
	const char *section;
	const char *name;
	enum option_type type;
	/* Of the field in struct configuration, struct class_options or
	   struct directory_options. */
	size_t offset;
	/* The value when the file does not set the option, as the file would
	   have it; NULL = unset. */
	const char *fallback;
	bool required;
	/* Checks one value, or each value of a list, as the file has it; see
	   lib/configuration/checks.h. NULL = any value is good. */
	int (*check)(const char *value, struct error *error);
	unsigned int minimum, maximum;       /* OPTION_COUNT */
	const struct option_choice *choices; /* OPTION_CHOICE; ends with NULL */
	const char *help;
};

/* The sections that a file may have, each any number of times with a name. */
#define CONFIGURATION_SECTION_CLASS     "class"
#define CONFIGURATION_SECTION_DIRECTORY "directory"

/* Returns the table, which is constant, and the number of its rows. */
const struct configuration_option *configuration_options(size_t *count_r);

/* Returns true if the option belongs to the section; NULL stands for the file
   outside of sections. */
bool configuration_option_is_in(const struct configuration_option *option,
				const char *section);

#endif
