/* SPDX-License-Identifier: MIT
 *
 * How a mail process opens the dict "alumni" in Dovecot 2.3: by a URI.
 */
#include "plugins/common/dovecot-glue.h"

#include "dict.h"

#include "plugins/common/mail-dict.h"
#include "protocol/names.h"

int mail_dict_open(const char *base_dir, struct event *parent,
		   unsigned int idle_msecs, struct dict **dict_r,
		   const char **error_r)
{
	const char *uri =
		t_strdup_printf("proxy:idle_msecs=%u::" DICT_NAME, idle_msecs);
	struct dict_settings settings;

	i_zero(&settings);
	settings.base_dir = base_dir;
	settings.event_parent = parent;
	return dict_init(uri, &settings, dict_r, error_r);
}

void mail_dict_close(struct dict **dict)
{
	dict_deinit(dict);
}
