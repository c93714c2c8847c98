/* SPDX-License-Identifier: MIT
 *
 * Runs another program and gathers what it says. No shell has a part in it.
 */
#ifndef ALUMNI_BASE_PROCESS_H
#define ALUMNI_BASE_PROCESS_H

#include "lib/base/error.h"

#define RUN_PROGRAM_SECONDS_MAX 30

struct program_output {
	int status;      /* 0 to 255 */
	char *text;      /* standard output, whole */
	char *complaint; /* standard error, in one line; may be empty */
};

/* Runs argv[0] with nothing on its standard input, and waits for its end, at
   most RUN_PROGRAM_SECONDS_MAX. Free the output in any case.
   Returns 0, whatever the status, or -1 with an error when the program could
   not be run, did not end in time, or was killed. */
int run_program(const char *const argv[], struct program_output *output_r,
		struct error *error);
void program_output_free(struct program_output *output);

#endif
