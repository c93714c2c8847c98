/* SPDX-License-Identifier: MIT
 *
 * The dict driver interface of Dovecot 2.3; see dict-glue.h.
 */
#include "plugins/dict/dict-glue.h"

static int glue_init(struct dict *driver, const char *uri,
		     const struct dict_settings *set ATTR_UNUSED,
		     struct dict **dict_r, const char **error_r)
{
	if (*uri != '\0') {
		*error_r = t_strdup_printf(
			"nothing may follow \"%s:\", but there is \"%s\": its "
			"configuration is in a file of its own",
			driver->name, uri);
		return -1;
	}
	return dict_alumni_open(driver, dict_r, error_r);
}

static struct dict glue_driver;

void dict_glue_register(void)
{
	glue_driver = dict_alumni_driver;
	glue_driver.v.init = glue_init;
	glue_driver.v.lookup = dict_alumni_lookup;
	dict_driver_register(&glue_driver);
}

void dict_glue_unregister(void)
{
	dict_driver_unregister(&glue_driver);
}
