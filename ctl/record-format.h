/* SPDX-License-Identifier: MIT
 *
 * Which of the two formats of records a command is to read or write.
 */
#ifndef ALUMNICTL_RECORD_FORMAT_H
#define ALUMNICTL_RECORD_FORMAT_H

#include "ctl/command.h"
#include "ctl/record-reader.h"

/* By the option --format, else by the end of the path (.json, .jsonl), else
   CSV; path may be NULL. Returns an exit status. */
int record_format_choose(const struct invocation *invocation, const char *path,
			 enum record_format *format_r);

#endif
