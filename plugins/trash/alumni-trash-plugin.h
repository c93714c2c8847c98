/* SPDX-License-Identifier: MIT
 *
 * What Dovecot's module loader looks for in the mail plugin alumni_trash.
 */
#ifndef ALUMNI_PLUGINS_TRASH_ALUMNI_TRASH_PLUGIN_H
#define ALUMNI_PLUGINS_TRASH_ALUMNI_TRASH_PLUGIN_H

#include "plugins/common/dovecot-glue.h"

struct module;

DOVECOT_EXPORT extern const char *alumni_trash_plugin_version;

/* Dovecot calls these by their names when it loads the module, and at the
   end. */
DOVECOT_EXPORT void alumni_trash_plugin_init(struct module *module);
DOVECOT_EXPORT void alumni_trash_plugin_deinit(void);

#endif
