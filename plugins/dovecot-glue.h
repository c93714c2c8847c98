/* SPDX-License-Identifier: MIT
 *
 * What every plugin needs from Dovecot in the same way. Differences between
 * Dovecot versions are found by the compile probes in plugins/meson.build,
 * which define the names below as 0 or 1; only glue files look at them:
 *
 *   DOVECOT_AUTHDB_PREINIT_TAKES_ARGS    passdb and userdb of 2.3
 *   DOVECOT_DICT_INIT_TAKES_URI          dict drivers of 2.3
 *   DOVECOT_DICT_LOOKUP_GIVES_ONE_VALUE  dict drivers of 2.3
 *
 * Include this before anything else: Dovecot defines bool as a type, which
 * fails once <stdbool.h> has made it a macro. The other way round works.
 */
#ifndef ALUMNI_DOVECOT_GLUE_H
#define ALUMNI_DOVECOT_GLUE_H

#include "lib.h"

/* Dovecot finds a module's init, deinit and version by name; everything else
   of ours stays hidden, because Dovecot loads modules with RTLD_GLOBAL. */
#define DOVECOT_EXPORT __attribute__((visibility("default")))

#endif
