/* SPDX-License-Identifier: MIT
 *
 * How much a user's mail takes up, as Dovecot's quota plugin counts it.
 */
#ifndef ALUMNI_PLUGINS_QUOTA_USAGE_H
#define ALUMNI_PLUGINS_QUOTA_USAGE_H

#include <stdint.h>

struct mail_user;
struct quota_root;

/* The user's first quota root, or NULL when there is none: then nothing is
   counted. */
struct quota_root *quota_usage_root(struct mail_user *user);

/* Opens all mailboxes of the user's, and looks for messages that are in no
   index: a process that was killed may have left some, which a count would not
   see and whoever opens the mailbox later would. */
void usage_mend(struct mail_user *user);

/* Counts by the user's first quota root. May open mailboxes.
   Returns 1 done, 0 the user has no quota root, so nothing is counted, -1
   failed, or cannot be told before a count in the background has ended. */
int quota_usage_get(struct mail_user *user, uint64_t *bytes_r,
		    uint64_t *messages_r, const char **error_r);

#endif
