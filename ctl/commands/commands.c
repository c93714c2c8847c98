/* SPDX-License-Identifier: MIT
 *
 * The table of commands, and looking into it; see ctl/commands/commands.h.
 */
#include "ctl/commands/commands.h"

#include <stddef.h>
#include <string.h>

const struct command *const commands[] = {
	&cmd_store_init,
	&cmd_srs_init,
	&cmd_password_key_init,
	&cmd_account_add,
	&cmd_account_show,
	&cmd_account_list,
	&cmd_account_rename,
	&cmd_account_disable,
	&cmd_account_enable,
	&cmd_account_delete,
	&cmd_account_undelete,
	&cmd_account_purge,
	&cmd_account_pin,
	&cmd_account_unpin,
	&cmd_password_set,
	&cmd_password_reset,
	&cmd_password_invite,
	&cmd_password_clear,
	&cmd_app_password_add,
	&cmd_app_password_list,
	&cmd_app_password_revoke,
	&cmd_class_set,
	&cmd_quota_set,
	&cmd_quota_clear,
	&cmd_trash_set,
	&cmd_trash_clear,
	&cmd_usage,
	&cmd_warnings_send,
	&cmd_forward_set,
	&cmd_forward_clear,
	&cmd_forward_show,
	&cmd_alias_add,
	&cmd_alias_remove,
	&cmd_alias_list,
	&cmd_sending_block,
	&cmd_sending_unblock,
	&cmd_backend_set,
	&cmd_backend_clear,
	&cmd_login_test,
	&cmd_directory_sync,
	&cmd_directory_status,
	&cmd_report_no_password,
	&cmd_import,
	&cmd_export,
	&cmd_audit_list,
	&cmd_audit_prune,
	&cmd_doctor,
	&cmd_completion,
	NULL,
};

const struct command *command_find(const char *name)
{
	for (size_t i = 0; commands[i] != NULL; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

bool command_is_group(const char *word)
{
	size_t length = strlen(word);

	for (size_t i = 0; commands[i] != NULL; i++) {
		if (strncmp(commands[i]->name, word, length) == 0 &&
		    commands[i]->name[length] == ' ')
			return true;
	}
	return false;
}
