/* SPDX-License-Identifier: MIT
 *
 * The dict driver "alumni": the only way from a mail process to the account
 * store. The keys are in protocol/dict-keys.h; account-keys.h and
 * self-service.h have those of an account, this file those that can be
 * iterated.
 */
#ifndef ALUMNI_PLUGINS_DICT_DICT_ALUMNI_H
#define ALUMNI_PLUGINS_DICT_DICT_ALUMNI_H

/* Called by Dovecot when the module is loaded and unloaded. */
void dict_alumni_init(void);
void dict_alumni_deinit(void);

#endif
