/* SPDX-License-Identifier: MIT
 *
 * The dict driver interface of Dovecot, as far as it differs between
 * versions. One dict-glue-*.c is compiled, by the probes in
 * plugins/meson.build; the driver itself is the same for all.
 */
#ifndef ALUMNI_PLUGINS_DICT_DICT_GLUE_H
#define ALUMNI_PLUGINS_DICT_DICT_GLUE_H

#include "plugins/common/dovecot-glue.h"

#include "dict-private.h"

/* The driver's name and the functions that are the same everywhere. */
extern const struct dict dict_alumni_driver;

/* Makes an opened dict of the driver. Returns 0, or -1 with an error in the
   data stack. */
int dict_alumni_open(const struct dict *driver, struct dict **dict_r,
		     const char **error_r);

/* 1 found, 0 not, -1 failed; value_r is in the pool. */
int dict_alumni_lookup(struct dict *dict, const struct dict_op_settings *set,
		       pool_t pool, const char *key, const char **value_r,
		       const char **error_r);

/* Tells Dovecot of the driver, with init and lookup filled in. */
void dict_glue_register(void);
void dict_glue_unregister(void);

#endif
