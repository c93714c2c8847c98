/* SPDX-License-Identifier: MIT
 *
 * Which of the two formats of records a command is to read or write.
 */
#ifndef ALUMNI_CTL_RECORDS_FORMAT_H
#define ALUMNI_CTL_RECORDS_FORMAT_H

#include "ctl/common/command.h"
#include "ctl/records/reader.h"

/* Chooses by the option --format, else by the end of the path (.json, .jsonl),
   else CSV. path may be NULL. Returns an exit status after a report() of what
   went wrong. */
int record_format_choose(const struct invocation *invocation, const char *path,
			 enum record_format *format_r);

#endif
