/* SPDX-License-Identifier: MIT
 *
 * What every plugin needs from Dovecot in the same way, whatever its version.
 * Differences are found by the compile probes in plugins/meson.build, which
 * define a name for each form of an interface as 0 or 1; only this file and
 * the glue files (*-glue-*) look at these names.
 *
 * Include this before anything else: Dovecot defines bool as a type, which
 * fails once <stdbool.h> has made it a macro. The other way round works.
 */
#ifndef ALUMNI_PLUGINS_COMMON_DOVECOT_GLUE_H
#define ALUMNI_PLUGINS_COMMON_DOVECOT_GLUE_H

#include "lib.h"

/* Dovecot finds a module's init, deinit and version by name; everything else
   of ours stays hidden, because Dovecot loads modules with RTLD_GLOBAL. */
#define DOVECOT_EXPORT __attribute__((visibility("default")))

#if DOVECOT_STR_BEGINS_TELLS_WHETHER
#define str_begins_with(text, prefix) str_begins(text, prefix)
#endif

/* For quota_get_resource(): the quota root as a whole, not one mailbox. */
#if DOVECOT_QUOTA_ASKED_BY_NAME
#define DOVECOT_QUOTA_NO_MAILBOX ""
#else
#define DOVECOT_QUOTA_NO_MAILBOX NULL
#endif

#endif
