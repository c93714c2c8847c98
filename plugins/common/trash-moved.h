/* SPDX-License-Identifier: MIT
 *
 * When a whole mailbox was put into Trash. Its messages keep the times at which
 * they were saved, which may be years ago, but whoever deletes a folder by
 * moving it there has as long to regret it as with a single message.
 */
#ifndef ALUMNI_PLUGINS_COMMON_TRASH_MOVED_H
#define ALUMNI_PLUGINS_COMMON_TRASH_MOVED_H

#include <time.h>

struct mailbox;
struct mailbox_list;

/* Remembers in the mailbox, and in every one below it, that they were put into
   Trash now. What fails is logged; such a mailbox goes by the times of its
   messages. */
void trash_moved_mark(struct mailbox_list *list, const char *vname);

/* When the mailbox, which must be open, was put into Trash; 0 = it was not. */
time_t trash_moved_at(struct mailbox *box);

#endif
