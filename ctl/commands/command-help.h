/* SPDX-License-Identifier: MIT
 *
 * Help, made from the table of commands.
 */
#ifndef ALUMNI_CTL_COMMANDS_COMMAND_HELP_H
#define ALUMNI_CTL_COMMANDS_COMMAND_HELP_H

#include <stdio.h>

/* Prints help on "" (everything), a group, or a command. */
void command_help_print(FILE *stream, const char *topic);

#endif
