/* SPDX-License-Identifier: MIT
 *
 * The daemon's command line.
 */
#ifndef ALUMNI_MILTER_DAEMON_OPTIONS_H
#define ALUMNI_MILTER_DAEMON_OPTIONS_H

#include <stdbool.h>

struct options {
	const char *config; /* NULL = where configuration_path() says */
	bool check;         /* only check, then exit */
};

enum options_outcome {
	OPTIONS_RUN,
	OPTIONS_DONE,  /* help or version was printed */
	OPTIONS_WRONG, /* said on standard error */
};

/* Parses the command line, and prints what is asked for or wrong. Strings of
   options_r are those of argv. */
enum options_outcome options_parse(int argc, char **argv,
				   struct options *options_r);

#endif
