/* SPDX-License-Identifier: MIT
 *
 * Entries below vendor/vendor.alumnimail/ that are none of ours: a name that is
 * misspelt, or an entry of a mailbox or of /shared in place of the server's
 * own. Dovecot would keep them as it keeps any client's notes, and whoever
 * wrote "forwards" would believe that mail is forwarded.
 */
#ifndef ALUMNI_PLUGINS_SELFSERVICE_UNKNOWN_ENTRIES_H
#define ALUMNI_PLUGINS_SELFSERVICE_UNKNOWN_ENTRIES_H

struct mailbox;

/* A hook of mail storage: from now on such entries of the mailbox can be
   removed, and not be set. Those that are ours are looked for by Dovecot
   before. */
void unknown_entries_mailbox_allocated(struct mailbox *box);

#endif
