/* SPDX-License-Identifier: MIT
 *
 * Expires one mailbox, by the save time of each message.
 */
#ifndef ALUMNI_PLUGINS_DOVEADM_EXPIRE_MAILBOX_H
#define ALUMNI_PLUGINS_DOVEADM_EXPIRE_MAILBOX_H

#include "plugins/doveadm/expire-user.h"

struct mailbox_list;

/* Expunges the messages saved at the cutoff or before, and adds to the tally.
   In a mailbox that was put into Trash as a whole, that time counts if it is
   later.
   A mailbox that does not exist counts as empty. What fails is logged.
   Returns 0, or -1. */
int expire_mailbox(struct mailbox_list *list, const char *vname, time_t cutoff,
		   bool try_only, struct expire_tally *tally);

#endif
