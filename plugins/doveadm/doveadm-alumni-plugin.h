/* SPDX-License-Identifier: MIT
 *
 * What Dovecot's module loader looks for in the doveadm plugin.
 */
#ifndef ALUMNI_PLUGINS_DOVEADM_DOVEADM_ALUMNI_PLUGIN_H
#define ALUMNI_PLUGINS_DOVEADM_DOVEADM_ALUMNI_PLUGIN_H

#include "plugins/common/dovecot-glue.h"

struct module;

DOVECOT_EXPORT extern const char *doveadm_alumni_plugin_version;

/* Dovecot calls these by their names when it loads the module, and at the
   end. */
DOVECOT_EXPORT void doveadm_alumni_plugin_init(struct module *module);
DOVECOT_EXPORT void doveadm_alumni_plugin_deinit(void);

#endif
