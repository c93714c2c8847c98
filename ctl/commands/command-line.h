/* SPDX-License-Identifier: MIT
 *
 * Takes the command line apart, by the table of commands.
 */
#ifndef ALUMNI_CTL_COMMANDS_COMMAND_LINE_H
#define ALUMNI_CTL_COMMANDS_COMMAND_LINE_H

#include "ctl/common/command.h"
#include "lib/base/error.h"

enum command_line_result {
	COMMAND_LINE_RUN,     /* carry out invocation_r->command */
	COMMAND_LINE_HELP,    /* print help on topic_r */
	COMMAND_LINE_VERSION, /* print the version */
	COMMAND_LINE_WRONG,   /* with an error */
};

#define COMMAND_TOPIC_BYTES 64

/* Parses the command line. topic_r is set in every case: it names the command
   or group that help is wanted on, and is "" for the whole program. Strings of
   invocation_r are those of argv, which is permuted. Not thread-safe, since
   getopt_long() is not. Returns what to do next. */
enum command_line_result command_line_parse(int argc, char **argv,
					    struct invocation *invocation_r,
					    char topic_r[COMMAND_TOPIC_BYTES],
					    struct error *error);

#endif
