/* SPDX-License-Identifier: MIT
 *
 * dict driver "alumni": the only way from a mail process to the account
 * store. Keys of an account (priv/...) are in account-keys.h. Besides,
 *
 *   shared/trash/due/NAME = "GENERATION OLDEST RETENTION"
 *
 * can be iterated: the accounts whose Trash is due for expiry, oldest first;
 *
 *   shared/accounts/NAME = ""
 *
 * too: all accounts in order of name.
 */
#ifndef ALUMNI_PLUGINS_DICT_DICT_ALUMNI_H
#define ALUMNI_PLUGINS_DICT_DICT_ALUMNI_H

#define DICT_ALUMNI_TRASH_DUE "shared/trash/due/"
#define DICT_ALUMNI_ACCOUNTS  "shared/accounts/"

/* Called by Dovecot when the module is loaded and unloaded. */
void dict_alumni_init(void);
void dict_alumni_deinit(void);

#endif
