/* SPDX-License-Identifier: MIT
 *
 * How a mail process opens the dict "alumni" in Dovecot 2.3: by a URI.
 */
#include "plugins/dovecot-glue.h"

#include "dict.h"

#include "plugins/mail-dict/mail-dict.h"

#define MAIL_DICT_URI "proxy::alumni"

int mail_dict_open(const char *base_dir, struct event *parent,
		   struct dict **dict_r, const char **error_r)
{
	struct dict_settings settings;

	i_zero(&settings);
	settings.base_dir = base_dir;
	settings.event_parent = parent;
	return dict_init(MAIL_DICT_URI, &settings, dict_r, error_r);
}

void mail_dict_close(struct dict **dict)
{
	dict_deinit(dict);
}
