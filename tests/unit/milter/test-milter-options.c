/* SPDX-License-Identifier: MIT
 *
 * The daemon's command line.
 */
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "milter/daemon/options.h"

static void options_are_read(void **state)
{
	static const struct {
		const char *arguments[4];
		enum options_outcome outcome;
		const char *config;
		bool check;
	} cases[] = {
		{{NULL}, OPTIONS_RUN, NULL, false},
		{{"--config", "a"}, OPTIONS_RUN, "a", false},
		{{"--config=a"}, OPTIONS_RUN, "a", false},
		{{"--check"}, OPTIONS_RUN, NULL, true},
		{{"--foreground"}, OPTIONS_RUN, NULL, false},
		{{"--check", "--config", "b"}, OPTIONS_RUN, "b", true},
		{{"--help"}, OPTIONS_DONE, NULL, false},
		{{"--version", "x"}, OPTIONS_DONE, NULL, false},
		{{"--config"}, OPTIONS_WRONG, NULL, false},
		{{"--unknown"}, OPTIONS_WRONG, NULL, false},
		{{"-c"}, OPTIONS_WRONG, NULL, false},
		{{"x"}, OPTIONS_WRONG, NULL, false},
		{{"--check", "--", "x"}, OPTIONS_WRONG, NULL, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *argv[6] = {(char *)"alumni-milter"};
		struct options options;
		int argc = 1;

		for (; cases[i].arguments[argc - 1] != NULL; argc++)
			argv[argc] = (char *)cases[i].arguments[argc - 1];
		optind = 0; /* getopt begins anew */
		if (options_parse(argc, argv, &options) != cases[i].outcome ||
		    options.check != cases[i].check ||
		    (options.config == NULL) != (cases[i].config == NULL) ||
		    (options.config != NULL &&
		     strcmp(options.config, cases[i].config) != 0))
			fail_msg("case %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
