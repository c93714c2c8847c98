/* SPDX-License-Identifier: MIT
 *
 * What Dovecot's module loader looks for in the mail plugin alumni_quota.
 */
#ifndef ALUMNI_PLUGINS_QUOTA_ALUMNI_QUOTA_PLUGIN_H
#define ALUMNI_PLUGINS_QUOTA_ALUMNI_QUOTA_PLUGIN_H

#include "plugins/common/dovecot-glue.h"

struct module;

DOVECOT_EXPORT extern const char *alumni_quota_plugin_version;
DOVECOT_EXPORT extern const char *alumni_quota_plugin_dependencies[];

/* Dovecot calls these by their names when it loads the module, and at the
   end. */
DOVECOT_EXPORT void alumni_quota_plugin_init(struct module *module);
DOVECOT_EXPORT void alumni_quota_plugin_deinit(void);

#endif
