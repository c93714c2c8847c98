/* SPDX-License-Identifier: MIT
 *
 * A command of alumnictl: one row of facts, from which the parser, --help and
 * the test of the manual page are fed, and the function that carries it out.
 */
#ifndef ALUMNI_CTL_COMMON_COMMAND_H
#define ALUMNI_CTL_COMMON_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/configuration/configuration.h"
#include "lib/store/store.h"

#define COMMAND_ARGUMENTS_MAX 2
#define COMMAND_OPTIONS_MAX   8

struct invocation;

enum command_store {
	COMMAND_STORE_NONE,        /* does not touch the store */
	COMMAND_STORE_ACCOUNTS,    /* accounts only */
	COMMAND_STORE_CREDENTIALS, /* accounts and credentials */
};

struct command_option {
	const char *name;     /* without the dashes */
	const char *argument; /* placeholder; NULL = takes none */
	const char *help;
};

struct command {
	const char *name;    /* "account add", as typed */
	const char *summary; /* half a sentence for the list of commands */
	const char *help;    /* one paragraph for its own --help */
	/* Placeholders, such as NAME; one in brackets, [NAME], may be left
	   out. */
	const char *arguments[COMMAND_ARGUMENTS_MAX];
	/* An option that stands in place of the arguments, or NULL. */
	const char *no_arguments_with;
	/* The first without a name ends the list. */
	struct command_option options[COMMAND_OPTIONS_MAX];
	bool no_json; /* its output is for programs already */
	/* Runs without a configuration, which may be what is wrong. */
	bool opens_nothing;
	enum command_store store;
	/* Returns an exit status of sysexits.h. On failure it has said why
	   with report(), and changed nothing. */
	int (*run)(struct invocation *invocation);
};

/* One run of a command: what the command line said, and what was opened for
   it. */
struct invocation {
	const struct command *command;
	const char *configuration_path; /* --config, or NULL */
	bool json;
	const char *arguments[COMMAND_ARGUMENTS_MAX];
	/* In the order of command->options: NULL = not given; the text given,
	   or "" for an option that takes none. */
	const char *option_values[COMMAND_OPTIONS_MAX];

	struct configuration *configuration;
	struct store *store; /* NULL with COMMAND_STORE_NONE */
};

/* The text given with an option of this command, "" for one that takes none,
   NULL when it was not given. */
const char *invocation_option(const struct invocation *invocation,
			      const char *name);

#endif
