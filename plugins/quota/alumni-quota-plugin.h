/* SPDX-License-Identifier: MIT
 *
 * What Dovecot's module loader looks for in the mail plugin alumni_quota.
 */
#ifndef ALUMNI_QUOTA_PLUGIN_H
#define ALUMNI_QUOTA_PLUGIN_H

#include "plugins/dovecot-glue.h"

struct module;
struct mail_user;

DOVECOT_EXPORT extern const char *alumni_quota_plugin_version;
DOVECOT_EXPORT extern const char *alumni_quota_plugin_dependencies[];

DOVECOT_EXPORT void alumni_quota_plugin_init(struct module *module);
DOVECOT_EXPORT void alumni_quota_plugin_deinit(void);

/* Publishes the user's usage now, whether or not a change was seen, and waits
   for the answer; mend: after it has looked for messages that a killed process
   may have left in no index. For the doveadm plugin, which finds it by name in
   the loaded module. Returns 0, or -1 when it failed, which is logged. */
#define ALUMNI_QUOTA_PUBLISH_SYMBOL "alumni_quota_plugin_publish"
DOVECOT_EXPORT int alumni_quota_plugin_publish(struct mail_user *user,
					       bool mend);

#endif
