/* SPDX-License-Identifier: MIT
 *
 * Mail plugin alumni_selfservice: what people see and change of their own
 * account, as entries of IMAP METADATA (RFC 5464) on the server,
 *
 *   /private/vendor/vendor.alumnimail/NAME
 *
 * so that any IMAP client can do it. The plugin only carries values between the
 * client and the dict service, where all rules are; see
 * plugins/dict/self-service.h.
 */
#ifndef ALUMNI_PLUGINS_SELFSERVICE_ALUMNI_SELFSERVICE_PLUGIN_H
#define ALUMNI_PLUGINS_SELFSERVICE_ALUMNI_SELFSERVICE_PLUGIN_H

struct dict;
struct mail_user;
struct module;

struct alumni_selfservice_user;

/* NULL: self-service does not work for this user. */
struct dict *alumni_selfservice_dict(struct mail_user *user);
/* Where the app password that the session made last is kept until it is
   fetched; NULL as above. */
char **alumni_selfservice_new_password(struct mail_user *user);

/* Dovecot calls these by their names when it loads the module, and at the
   end. */
void alumni_selfservice_plugin_init(struct module *module);
void alumni_selfservice_plugin_deinit(void);

#endif
