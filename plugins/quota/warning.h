/* SPDX-License-Identifier: MIT
 *
 * Warnings that a mailbox is full must reach it. They carry a token that only
 * this account's store row knows, and that is good for one delivery, so that
 * nobody else's mail gets past the quota this way.
 */
#ifndef ALUMNI_PLUGINS_QUOTA_WARNING_H
#define ALUMNI_PLUGINS_QUOTA_WARNING_H

#include <stdbool.h>

struct dict;
struct mail;
struct mail_user;

/* True if the message is the warning that is on its way to the user; token_r is
   then in the data stack. Asks the dict only about a message that says that it
   is one. */
bool quota_warning_is(struct mail_user *user, struct dict *dict,
		      struct mail *mail, const char **token_r);

/* It was delivered. What fails is logged, and does no harm. */
void quota_warning_delivered(struct mail_user *user, struct dict *dict,
			     const char *token);

#endif
