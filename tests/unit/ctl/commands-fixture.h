/* SPDX-License-Identifier: MIT
 *
 * Commands of alumnictl, run in this process on a store of their own.
 */
#ifndef ALUMNI_TESTS_UNIT_CTL_COMMANDS_FIXTURE_H
#define ALUMNI_TESTS_UNIT_CTL_COMMANDS_FIXTURE_H

#include <stddef.h>

#include "tests/unit/store/store-fixture.h"

#define COMMAND_WORDS_MAX 8

struct command_step {
	const char *words[COMMAND_WORDS_MAX];
	int status;
	/* A part of what is printed on standard output, or of the error where
	   the status is another than EX_OK. NULL = nothing is printed. */
	const char *expected;
	/* What must not be there, or NULL. */
	const char *absent;
};

struct commands_fixture {
	struct store_fixture *store;
	char configuration[FIXTURE_PATH_BYTES];
	char output[1 << 18];
	char complaint[1 << 12];
};

/* Set-up and tear-down for cmocka: an empty store; classes alumni (2G, Trash
   for 7 days) and student (50M); the directory university. */
int commands_set_up(void **state);
int commands_tear_down(void **state);

/* Writes the configuration anew, with options before the classes and another
   section "university". */
void commands_configure(struct commands_fixture *fixture, const char *options,
			const char *directory);

/* Runs one command. Returns its exit status; output and complaint have what it
   printed. */
int commands_run(struct commands_fixture *fixture, const char *const *words);

/* Runs them in order, and fails at the first that goes another way. */
void commands_play(struct commands_fixture *fixture,
		   const struct command_step *steps, size_t count);

#define COMMANDS_PLAY(fixture, steps)                                          \
	commands_play(fixture, steps, sizeof(steps) / sizeof((steps)[0]))

#endif
