/* SPDX-License-Identifier: MIT
 *
 * The dict driver interface of Dovecot 2.4; see dict-glue.h.
 */
#include "plugins/dict/dict-glue.h"

static int glue_init(const struct dict *driver, struct event *event ATTR_UNUSED,
		     struct dict **dict_r, const char **error_r)
{
	return dict_alumni_open(driver, dict_r, error_r);
}

static int glue_lookup(struct dict *dict, const struct dict_op_settings *set,
		       pool_t pool, const char *key,
		       const char *const **values_r, const char **error_r)
{
	const char **values = p_new(pool, const char *, 2);
	int ret;

	ret = dict_alumni_lookup(dict, set, pool, key, &values[0], error_r);
	*values_r = values;
	return ret;
}

static struct dict glue_driver;

void dict_glue_register(void)
{
	glue_driver = dict_alumni_driver;
	glue_driver.v.init = glue_init;
	glue_driver.v.lookup = glue_lookup;
	dict_driver_register(&glue_driver);
}

void dict_glue_unregister(void)
{
	dict_driver_unregister(&glue_driver);
}
