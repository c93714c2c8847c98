/* SPDX-License-Identifier: MIT
 *
 * Takes the command line apart in up to three stages: the options in front of
 * the first word, those between a group and its verb, and then, in any order,
 * the options and arguments of the command. The options that all commands
 * know are allowed in every stage.
 */
#include "ctl/commands/commands.h"
#include "ctl/commands/command-line.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum common_option {
	/* Above every character, and above the index of a command's option. */
	OPTION_CONFIG = 1000,
	OPTION_JSON,
	OPTION_VERSION,
};

#define OPTION_HELP          'h'
#define COMMON_OPTIONS_COUNT 4
/* Return value of getopt_long for the first option of the command; beyond
   every character, since getopt uses ? and : itself. */
#define OPTION_FIRST_OF_COMMAND 256

static const struct option common_options[COMMON_OPTIONS_COUNT] = {
	{"config", required_argument, NULL, OPTION_CONFIG},
	{"json", no_argument, NULL, OPTION_JSON},
	{"help", no_argument, NULL, OPTION_HELP},
	{"version", no_argument, NULL, OPTION_VERSION},
};

/* What has been seen so far. */
struct line {
	int argc;
	char **argv; /* argv[0] is the word in front of what is left */
	struct invocation *invocation;
	const char *topic;
	bool help;
	bool version;
	struct error *error;
};

static const char *topic_separator(const struct line *line)
{
	return line->topic[0] == '\0' ? "" : " ";
}

static int line_wrong(const struct line *line, const char *what,
		      const char *word)
{
	return error_set(line->error, "%s%s%s (see alumnictl%s%s --help)", what,
			 word[0] == '\0' ? "" : " ", word,
			 topic_separator(line), line->topic);
}

/* Says what getopt refused. It moves past a long option before it returns,
   but not past a cluster of short ones. */
static int option_wrong(const struct line *line, int result)
{
	const char *word = line->argv[optind - 1];
	char letter[3] = {'-', (char)optopt, '\0'};

	if (strncmp(word, "--", 2) != 0)
		word = letter;
	if (result == ':')
		return line_wrong(line, "a value is missing after", word);
	if (optopt != 0 && strncmp(word, "--", 2) == 0)
		return line_wrong(line, "no value can be given with", word);
	return line_wrong(line, "unknown or ambiguous option", word);
}

static int take_option(struct line *line, int option)
{
	switch (option) {
	case OPTION_CONFIG:
		line->invocation->configuration_path = optarg;
		return 0;
	case OPTION_JSON:
		line->invocation->json = true;
		return 0;
	case OPTION_HELP:
		line->help = true;
		return 0;
	case OPTION_VERSION:
		line->version = true;
		return 0;
	case '?':
	case ':':
		return option_wrong(line, option);
	default:
		line->invocation
			->option_values[option - OPTION_FIRST_OF_COMMAND] =
			optarg == NULL ? "" : optarg;
		return 0;
	}
}

/* Reads options with getopt and drops them from the line; the word in argv[0]
   stays what error messages may not need any more. */
static int take_options(struct line *line, const char *short_options,
			const struct option *long_options)
{
	int option;

	/* 0, not 1, makes glibc forget the stage before. */
	optind = 0;
	opterr = 0;
	while ((option = getopt_long(line->argc, line->argv, short_options,
				     long_options, NULL)) != -1) {
		if (take_option(line, option) < 0)
			return -1;
	}
	line->argc -= optind - 1;
	line->argv += optind - 1;
	return 0;
}

static int take_common_options(struct line *line)
{
	struct option long_options[COMMON_OPTIONS_COUNT + 1] = {{0}};

	memcpy(long_options, common_options, sizeof(common_options));
	return take_options(line, "+:h", long_options);
}

static int take_command_options(struct line *line,
				const struct command *command)
{
	struct option long_options[COMMON_OPTIONS_COUNT + COMMAND_OPTIONS_MAX +
				   1] = {{0}};

	memcpy(long_options, common_options, sizeof(common_options));
	for (int i = 0;
	     i < COMMAND_OPTIONS_MAX && command->options[i].name != NULL; i++) {
		long_options[COMMON_OPTIONS_COUNT + i] = (struct option){
			.name = command->options[i].name,
			.has_arg = command->options[i].argument == NULL
					   ? no_argument
					   : required_argument,
			.val = OPTION_FIRST_OF_COMMAND + i,
		};
	}
	return take_options(line, ":h", long_options);
}

/* Reads the one or two words of the command's name. Returns 0 also when help
   is wanted before the name is complete: then the command is NULL. */
static int take_command(struct line *line, char topic[COMMAND_TOPIC_BYTES])
{
	const char *word;

	if (take_common_options(line) < 0)
		return -1;
	if (line->argc < 2)
		return line->help || line->version
			       ? 0
			       : line_wrong(line, "a command is missing", "");
	word = line->argv[1];
	line->invocation->command = command_find(word);
	if (line->invocation->command == NULL && !command_is_group(word))
		return line_wrong(line, "unknown command", word);
	snprintf(topic, COMMAND_TOPIC_BYTES, "%s", word);
	line->argc--;
	line->argv++;
	if (line->invocation->command != NULL)
		return 0;

	if (take_common_options(line) < 0)
		return -1;
	if (line->argc < 2)
		return line->help || line->version
			       ? 0
			       : line_wrong(line, "a command is missing after",
					    topic);
	char name[COMMAND_TOPIC_BYTES];
	snprintf(name, sizeof(name), "%s %s", topic, line->argv[1]);
	line->invocation->command = command_find(name);
	if (line->invocation->command == NULL)
		return line_wrong(line, "unknown command", name);
	snprintf(topic, COMMAND_TOPIC_BYTES, "%s", name);
	line->argc--;
	line->argv++;
	return 0;
}

static int take_arguments(struct line *line)
{
	const struct command *command = line->invocation->command;

	if (command->no_arguments_with != NULL &&
	    invocation_option(line->invocation, command->no_arguments_with) !=
		    NULL)
		return line->argc == 1
			       ? 0
			       : line_wrong(line, "too many arguments from",
					    line->argv[1]);
	for (int i = 0; i < COMMAND_ARGUMENTS_MAX; i++) {
		const char *expected = command->arguments[i];

		if (expected == NULL && line->argc > i + 1)
			return line_wrong(line, "too many arguments from",
					  line->argv[i + 1]);
		if (expected != NULL && expected[0] != '[' &&
		    line->argc <= i + 1)
			return line_wrong(line, "missing argument", expected);
		if (expected != NULL && line->argc > i + 1)
			line->invocation->arguments[i] = line->argv[i + 1];
	}
	if (line->argc > COMMAND_ARGUMENTS_MAX + 1)
		return line_wrong(line, "too many arguments from",
				  line->argv[COMMAND_ARGUMENTS_MAX + 1]);
	return 0;
}

static enum command_line_result take_line(struct line *line,
					  char topic[COMMAND_TOPIC_BYTES])
{
	const struct command *command;

	if (take_command(line, topic) < 0)
		return COMMAND_LINE_WRONG;
	command = line->invocation->command;
	if (command != NULL && take_command_options(line, command) < 0)
		return COMMAND_LINE_WRONG;
	if (line->help)
		return COMMAND_LINE_HELP;
	if (line->version)
		return COMMAND_LINE_VERSION;
	if (line->invocation->json && command->no_json) {
		line_wrong(line, "there is no --json for this", "");
		return COMMAND_LINE_WRONG;
	}
	return take_arguments(line) < 0 ? COMMAND_LINE_WRONG : COMMAND_LINE_RUN;
}

enum command_line_result command_line_parse(int argc, char **argv,
					    struct invocation *invocation_r,
					    char topic_r[COMMAND_TOPIC_BYTES],
					    struct error *error)
{
	struct line line = {
		.argc = argc,
		.argv = argv,
		.invocation = invocation_r,
		.topic = topic_r,
		.error = error,
	};

	*invocation_r = (struct invocation){0};
	topic_r[0] = '\0';
	/* A caller may run a program without even a name. */
	if (argc < 1) {
		line_wrong(&line, "a command is missing", "");
		return COMMAND_LINE_WRONG;
	}
	return take_line(&line, topic_r);
}
