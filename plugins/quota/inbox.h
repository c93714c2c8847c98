/* SPDX-License-Identifier: MIT
 *
 * INBOX, as the published usage goes by it: usage tells up to which message of
 * INBOX it goes, so that what is delivered there can be added to it, and what
 * was delivered by a process that was killed before it published that is
 * found.
 */
#ifndef ALUMNI_PLUGINS_QUOTA_INBOX_H
#define ALUMNI_PLUGINS_QUOTA_INBOX_H

#include <stdbool.h>

struct mailbox;
struct mail_user;
struct wire_inbox;

/* True if the mailbox is the user's INBOX, by whatever name. */
bool quota_inbox_is(struct mailbox *box);

/* The state of an open mailbox as it was last synchronised. */
void quota_inbox_state_of(struct mailbox *box, struct wire_inbox *state_r);

/* Opens the user's INBOX, and synchronises it. Returns NULL when that cannot be
   done, as when there is none yet. */
struct mailbox *quota_inbox_open(struct mail_user *user);

/* Synchronises it again. Returns 0 or -1. */
int quota_inbox_sync(struct mailbox *box);

#endif
