/* SPDX-License-Identifier: MIT
 *
 * A command of alumnictl: one row of facts, from which the parser, --help and
 * the test of the manual page are fed, and the function that carries it out.
 */
#ifndef ALUMNICTL_COMMAND_H
#define ALUMNICTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/configuration.h"
#include "lib/store.h"

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
	bool no_json; /* what it prints is for a program as it is */
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

/* Every command, in the order of --help; ends with NULL. */
extern const struct command *const commands[];

/* NULL when there is no such command. */
const struct command *command_find(const char *name);

/* True if the word begins the name of commands of two words ("account"). */
bool command_is_group(const char *word);

/* The text given with an option of this command, "" for one that takes none,
   NULL when it was not given. */
const char *invocation_option(const struct invocation *invocation,
			      const char *name);

extern const struct command cmd_store_init;
extern const struct command cmd_srs_init;
extern const struct command cmd_password_key_init;
extern const struct command cmd_account_add;
extern const struct command cmd_account_show;
extern const struct command cmd_account_list;
extern const struct command cmd_account_disable;
extern const struct command cmd_account_enable;
extern const struct command cmd_account_delete;
extern const struct command cmd_account_pin;
extern const struct command cmd_account_unpin;
extern const struct command cmd_password_set;
extern const struct command cmd_password_clear;
extern const struct command cmd_quota_set;
extern const struct command cmd_quota_clear;
extern const struct command cmd_trash_set;
extern const struct command cmd_trash_clear;
extern const struct command cmd_usage;
extern const struct command cmd_warnings_send;
extern const struct command cmd_forward_set;
extern const struct command cmd_forward_clear;
extern const struct command cmd_forward_show;
extern const struct command cmd_alias_add;
extern const struct command cmd_alias_remove;
extern const struct command cmd_alias_list;
extern const struct command cmd_sending_block;
extern const struct command cmd_sending_unblock;
extern const struct command cmd_backend_set;
extern const struct command cmd_backend_clear;
extern const struct command cmd_login_test;
extern const struct command cmd_directory_sync;
extern const struct command cmd_directory_status;
extern const struct command cmd_report_no_password;
extern const struct command cmd_doctor;
extern const struct command cmd_import;
extern const struct command cmd_export;
extern const struct command cmd_account_rename;
extern const struct command cmd_account_undelete;
extern const struct command cmd_account_purge;
extern const struct command cmd_class_set;
extern const struct command cmd_password_reset;
extern const struct command cmd_password_invite;
extern const struct command cmd_app_password_add;
extern const struct command cmd_app_password_list;
extern const struct command cmd_app_password_revoke;
extern const struct command cmd_audit_list;
extern const struct command cmd_audit_prune;
extern const struct command cmd_completion;

#endif
