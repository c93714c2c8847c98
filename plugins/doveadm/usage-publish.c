/* SPDX-License-Identifier: MIT
 *
 * Finds alumni_quota among the loaded mail plugins. Linking to it is not
 * possible: doveadm loads its own plugins before it knows mail_plugins.
 */
#include "plugins/common/dovecot-glue.h"

#include "module-dir.h"
#include "mail-user.h"
#include "mail-storage-service.h"

#include "plugins/common/quota-usage.h"
#include "plugins/doveadm/usage-publish.h"
#include "protocol/names.h"

static const struct alumni_quota_usage *usage_publish_find(void)
{
	struct module *module;

	module = module_dir_find(mail_storage_service_modules, PLUGIN_QUOTA);
	if (module == NULL)
		return NULL;
	return (const struct alumni_quota_usage *)module_get_symbol(
		module, ALUMNI_QUOTA_USAGE_SYMBOL);
}

bool usage_publish_is_possible(void)
{
	return usage_publish_find() != NULL;
}

int usage_publish_take(struct mail_user *user, bool mend,
		       struct publisher_item *items_r)
{
	const struct alumni_quota_usage *usage = usage_publish_find();

	if (usage == NULL) {
		e_error(user->event, "alumni: mail_plugins lacks "
				     "alumni_quota, the usage cannot be "
				     "published");
		return -1;
	}
	return usage->take(user, mend, items_r);
}

void usage_publish_give_back(struct mail_user *user)
{
	const struct alumni_quota_usage *usage = usage_publish_find();

	if (usage != NULL)
		usage->give_back(user);
}
