/* SPDX-License-Identifier: MIT
 *
 * The METADATA entries (protocol/metadata-entries.h), and what a client is told
 * of them.
 */
#ifndef ALUMNI_PLUGINS_SELFSERVICE_ENTRIES_H
#define ALUMNI_PLUGINS_SELFSERVICE_ENTRIES_H

/* Tells Dovecot of the entries, for all users of the process; and takes them
   back when the module is unloaded. Neither fails. */
void selfservice_entries_register(void);
void selfservice_entries_unregister(void);

#endif
