/* SPDX-License-Identifier: MIT
 *
 * The METADATA entries, and what a client is told of them.
 */
#ifndef ALUMNI_PLUGINS_SELFSERVICE_ENTRIES_H
#define ALUMNI_PLUGINS_SELFSERVICE_ENTRIES_H

/* Below /private/ of the server. */
#define SELFSERVICE_ENTRIES "vendor/vendor.alumnimail/"

void selfservice_entries_register(void);
void selfservice_entries_unregister(void);

#endif
