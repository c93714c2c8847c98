/* SPDX-License-Identifier: MIT
 *
 * Help, made from the table of commands: a list of commands for the program
 * or a group, and everything about one command.
 */
#include "ctl/commands/command-help.h"

#include <string.h>

#include "ctl/commands/commands.h"

#define SYNOPSIS_BYTES 256

/* Width of the left column of lists. */
#define LIST_COLUMNS 24

static const struct command_option common_options[] = {
	{"config", "FILE", "read FILE instead of " CONFIGURATION_DEFAULT_PATH},
	{"help", NULL, "print help and exit"},
	{"version", NULL, "print the version and exit"},
	{NULL, NULL, NULL},
};

static const struct command_option json_option = {"json", NULL,
						  "print JSON instead of text"};

static void print_option(FILE *stream, const struct command_option *option)
{
	char left[SYNOPSIS_BYTES];

	snprintf(left, sizeof(left), "--%s%s%s", option->name,
		 option->argument == NULL ? "" : " ",
		 option->argument == NULL ? "" : option->argument);
	fprintf(stream, "  %-*s %s\n", LIST_COLUMNS, left, option->help);
}

static void print_common_options(FILE *stream)
{
	for (size_t i = 0; common_options[i].name != NULL; i++)
		print_option(stream, &common_options[i]);
}

static void print_command(FILE *stream, const struct command *command)
{
	fprintf(stream, "usage: alumnictl %s [OPTION]...", command->name);
	for (size_t i = 0; i < COMMAND_ARGUMENTS_MAX; i++) {
		if (command->arguments[i] != NULL)
			fprintf(stream, " %s", command->arguments[i]);
	}
	if (command->no_arguments_with != NULL)
		fprintf(stream, "\n   or: alumnictl %s --%s [OPTION]...",
			command->name, command->no_arguments_with);
	fprintf(stream, "\n\n%s\n\nOptions:\n", command->help);
	for (size_t i = 0;
	     i < COMMAND_OPTIONS_MAX && command->options[i].name != NULL; i++)
		print_option(stream, &command->options[i]);
	if (!command->no_json)
		print_option(stream, &json_option);
	print_common_options(stream);
}

static void print_list(FILE *stream, const char *group)
{
	size_t length = strlen(group);

	fprintf(stream,
		"usage: alumnictl %s%sCOMMAND [OPTION]... "
		"[ARGUMENT]...\n\nCommands:\n",
		group, length == 0 ? "" : " ");
	for (size_t i = 0; commands[i] != NULL; i++) {
		const struct command *command = commands[i];

		if (length == 0 ||
		    (strncmp(command->name, group, length) == 0 &&
		     command->name[length] == ' '))
			fprintf(stream, "  %-*s %s\n", LIST_COLUMNS,
				command->name, command->summary);
	}
	fprintf(stream, "\nOptions of every command:\n");
	print_common_options(stream);
	fprintf(stream, "\n\"alumnictl COMMAND --help\" explains a command; "
			"see also alumnictl(8).\n");
}

void command_help_print(FILE *stream, const char *topic)
{
	const struct command *command = command_find(topic);

	if (command != NULL)
		print_command(stream, command);
	else
		print_list(stream, topic);
}
