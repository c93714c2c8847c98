/* SPDX-License-Identifier: MIT
 *
 * Command line; see milter/daemon/options.h.
 */
#include "milter/daemon/options.h"

#include <getopt.h>
#include <stdio.h>

#include "lib/configuration/configuration.h"

static void print_help(void)
{
	printf("Usage: alumni-milter [OPTION...]\n"
	       "Mail filter and look-up server of Alumnimail for Postfix.\n"
	       "It runs in the foreground until SIGTERM and logs to standard "
	       "error.\n\n"
	       "  --config FILE  read FILE instead of %s\n"
	       "  --check        check configuration, secrets and store, and "
	       "exit\n"
	       "  --foreground   accepted and ignored: there is no other mode\n"
	       "  --help         print this help and exit\n"
	       "  --version      print the version and exit\n\n"
	       "Exit status: 0 stopped, 64 wrong usage, 78 wrong "
	       "configuration.\n",
	       CONFIGURATION_DEFAULT_PATH);
}

enum options_outcome options_parse(int argc, char **argv,
				   struct options *options_r)
{
	enum { CONFIG = 1, CHECK, FOREGROUND, HELP, VERSION };
	static const struct option known[] = {
		{"config", required_argument, NULL, CONFIG},
		{"check", no_argument, NULL, CHECK},
		{"foreground", no_argument, NULL, FOREGROUND},
		{"help", no_argument, NULL, HELP},
		{"version", no_argument, NULL, VERSION},
		{0},
	};
	int option;

	*options_r = (struct options){0};
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case CONFIG:
			options_r->config = optarg;
			break;
		case CHECK:
			options_r->check = true;
			break;
		case FOREGROUND:
			break;
		case HELP:
			print_help();
			return OPTIONS_DONE;
		case VERSION:
			printf("alumni-milter %s\n", ALUMNI_VERSION);
			return OPTIONS_DONE;
		default:
			(void)fprintf(stderr, "Try 'alumni-milter --help'.\n");
			return OPTIONS_WRONG;
		}
	}
	if (optind < argc) {
		(void)fprintf(stderr,
			      "alumni-milter: unexpected argument \"%s\"\n"
			      "Try 'alumni-milter --help'.\n",
			      argv[optind]);
		return OPTIONS_WRONG;
	}
	return OPTIONS_RUN;
}
