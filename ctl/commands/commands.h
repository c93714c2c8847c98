/* SPDX-License-Identifier: MIT
 *
 * All commands of alumnictl, each from a file of its own in this folder.
 */
#ifndef ALUMNI_CTL_COMMANDS_COMMANDS_H
#define ALUMNI_CTL_COMMANDS_COMMANDS_H

#include <stdbool.h>

#include "ctl/common/command.h"

/* Every command, in the order of --help; ends with NULL. */
extern const struct command *const commands[];

/* NULL when there is no such command. */
const struct command *command_find(const char *name);

/* True if the word begins the name of commands of two words ("account"). */
bool command_is_group(const char *word);

/* The commands themselves. */
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
