/* SPDX-License-Identifier: MIT
 *
 * How a mail process opens the dict "alumni" in Dovecot 2.4: by settings that
 * it finds from an event. They are not those of the site's configuration, which
 * need not say how a plugin reaches its dict, but a set of its own, which lives
 * as long as the dict.
 */
#include "plugins/common/dovecot-glue.h"

#include "settings.h"
#include "dict-private.h"

#include "plugins/common/mail-dict.h"
#include "protocol/names.h"

static void mail_dict_settings_free(struct settings_root *root,
				    struct settings_instance *instance)
{
	settings_instance_free(&instance);
	settings_root_deinit(&root);
}

int mail_dict_open(const char *base_dir ATTR_UNUSED, struct event *parent,
		   unsigned int idle_msecs, struct dict **dict_r,
		   const char **error_r)
{
	struct settings_root *root = settings_root_init();
	struct settings_instance *instance = settings_instance_new(root);
	struct event *event = event_create(parent);
	int ret;

	settings_override(instance, "dict", DICT_NAME,
			  SETTINGS_OVERRIDE_TYPE_CODE);
	settings_override(instance, "dict/" DICT_NAME "/dict_driver", "proxy",
			  SETTINGS_OVERRIDE_TYPE_CODE);
	settings_override(instance, "dict/" DICT_NAME "/dict_proxy_name",
			  "alumni", SETTINGS_OVERRIDE_TYPE_CODE);
	settings_override(instance,
			  "dict/" DICT_NAME "/dict_proxy_idle_timeout",
			  t_strdup_printf("%ums", idle_msecs),
			  SETTINGS_OVERRIDE_TYPE_CODE);
	event_set_ptr(event, SETTINGS_EVENT_ROOT, root);
	event_set_ptr(event, SETTINGS_EVENT_INSTANCE, instance);

	ret = dict_init_auto(event, dict_r, error_r);
	event_unref(&event);
	if (ret <= 0) {
		mail_dict_settings_free(root, instance);
		return -1;
	}
	return 0;
}

void mail_dict_close(struct dict **dict)
{
	/* The dict's event descends from that of mail_dict_open(). */
	struct settings_root *root = settings_root_find((*dict)->event);
	struct settings_instance *instance =
		settings_instance_find((*dict)->event);

	dict_deinit(dict);
	mail_dict_settings_free(root, instance);
}
