/* SPDX-License-Identifier: MIT
 *
 * Quota of Dovecot 2.4; see quota-glue.h. There settings come first, read anew
 * for each check, and only where they say "unlimited" the fields of a quota
 * root hold.
 */
#include "plugins/common/dovecot-glue.h"

#include "settings.h"
#include "mail-user.h"

#include "plugins/quota/quota-glue.h"

void quota_glue_take_limits(struct mail_user *user)
{
	struct settings_instance *instance =
		settings_instance_find(user->event);

	settings_override(instance, "*/quota_storage_size", "unlimited",
			  SETTINGS_OVERRIDE_TYPE_CODE);
	settings_override(instance, "*/quota_message_count", "unlimited",
			  SETTINGS_OVERRIDE_TYPE_CODE);
}
