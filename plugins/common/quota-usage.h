/* SPDX-License-Identifier: MIT
 *
 * How the doveadm plugin takes the usage that alumni_quota would publish, to
 * publish it together with its own news. It finds the table by its name in the
 * loaded module.
 */
#ifndef ALUMNI_PLUGINS_COMMON_QUOTA_USAGE_H
#define ALUMNI_PLUGINS_COMMON_QUOTA_USAGE_H

#include "plugins/common/dovecot-glue.h"

struct mail_user;
struct publisher_item;

struct alumni_quota_usage {
	/* As usage_publish_take() and usage_publish_give_back(). */
	int (*take)(struct mail_user *user, bool mend,
		    struct publisher_item *items_r);
	void (*give_back)(struct mail_user *user);
};
#define ALUMNI_QUOTA_USAGE_SYMBOL "alumni_quota_plugin_usage"
DOVECOT_EXPORT extern const struct alumni_quota_usage alumni_quota_plugin_usage;

#endif
