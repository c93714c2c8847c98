/* SPDX-License-Identifier: MIT
 *
 * Runs another program, and gathers its output. No shell takes part. The
 * program starts with no descriptor but its standard ones, and with signals as
 * in a fresh login, whatever the caller blocks or ignores. Any thread of any
 * process may run programs: nothing of the process is changed for it, and a
 * program that ends early raises no SIGPIPE.
 */
#ifndef ALUMNI_BASE_PROCESS_H
#define ALUMNI_BASE_PROCESS_H

#include "lib/base/error.h"

#define PROCESS_MSECS_DEFAULT 30000
/* What a program writes beyond that is dropped. */
#define PROCESS_OUTPUT_BYTES_MAX (4 << 20)

struct process {
	const char *const
		*argv;     /* argv[0] is the program's path; ends in NULL */
	const char *input; /* for its standard input; NULL = nothing */
	int msecs_max;     /* 0 = PROCESS_MSECS_DEFAULT */
};

struct process_output {
	int status;      /* exit status, 0 to 255 */
	char *text;      /* standard output, whole */
	char *complaint; /* standard error, in one line; may be empty */
};

/* Runs the program and blocks until it ends. A program that does not end in
   time is killed, with all processes of its group, and reaped. Free the output
   in any case. Returns 0, whatever the status, or -1 with an error when the
   program could not be run, did not end in time, or was ended by a signal. */
int process_run(const struct process *process, struct process_output *output_r,
		struct error *error);
/* Frees the texts, and empties the output. */
void process_output_free(struct process_output *output);

#endif
