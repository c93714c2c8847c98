/* SPDX-License-Identifier: MIT
 *
 * What Dovecot's module loader looks for in the mail plugin alumni_quota.
 */
#ifndef ALUMNI_QUOTA_PLUGIN_H
#define ALUMNI_QUOTA_PLUGIN_H

#include "plugins/dovecot-glue.h"

struct module;
struct mail_user;
struct publisher_item;

DOVECOT_EXPORT extern const char *alumni_quota_plugin_version;
DOVECOT_EXPORT extern const char *alumni_quota_plugin_dependencies[];

DOVECOT_EXPORT void alumni_quota_plugin_init(struct module *module);
DOVECOT_EXPORT void alumni_quota_plugin_deinit(void);

/* For the doveadm plugin, which finds it by name in the loaded module, and
   publishes the usage together with its own news. */
struct alumni_quota_usage {
	/* As usage_publish_take() and usage_publish_give_back(). */
	int (*take)(struct mail_user *user, bool mend,
		    struct publisher_item *items_r);
	void (*give_back)(struct mail_user *user);
};
#define ALUMNI_QUOTA_USAGE_SYMBOL "alumni_quota_plugin_usage"
DOVECOT_EXPORT extern const struct alumni_quota_usage alumni_quota_plugin_usage;

#endif
