/* SPDX-License-Identifier: MIT
 *
 * Which mailboxes are a Trash: those with the special use \Trash (RFC 6154),
 * whatever their name, and those below them.
 */
#ifndef ALUMNI_PLUGINS_COMMON_TRASH_MAILBOX_H
#define ALUMNI_PLUGINS_COMMON_TRASH_MAILBOX_H

#include <stdbool.h>

struct mailbox;
struct mailbox_list;

/* True if the mailbox is a Trash of its user's own, also when it is reached
   through a namespace that is an alias of another. */
bool trash_mailbox_is(struct mailbox *box);

/* The same for a name, in a namespace that is no alias. */
bool trash_mailbox_name_is(struct mailbox_list *list, const char *vname);

#endif
