/* SPDX-License-Identifier: MIT
 *
 * A message that LMTP delivers to INBOX, which is what happens most often.
 *
 * Its size is added to the usage that the account store knows, and nobody
 * counts: neither before, when there is plenty of room by what the store knew
 * at RCPT, nor afterwards. The store adds it only if it knows of every message
 * before this one, so what a killed process left unpublished is found by the
 * next delivery; then, and when more than this changes, usage is counted.
 */
#ifndef ALUMNI_PLUGINS_QUOTA_DELIVERY_H
#define ALUMNI_PLUGINS_QUOTA_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/usage.h"

struct alumni_quota_user;
struct mail;
struct mail_save_context;
struct mail_transaction_commit_changes;
struct mailbox;
struct publisher_item;

/* What one transaction has saved. */
struct delivery_tally {
	uint64_t bytes;
	unsigned int messages;
	bool failed : 1;
};

struct delivery {
	bool is_news; /* there is one to be published */
	struct wire_saved saved;
};

/* True if a copy of the message to the mailbox is a delivery that can be
   published so. */
bool delivery_is(const struct alumni_quota_user *quser, struct mailbox *dest,
		 struct mailbox *src);

/* True if there is so much room for it that nobody need count. */
bool delivery_has_room(const struct alumni_quota_user *quser,
		       struct mail *mail);

/* Call when a message was saved; ctx still has it. */
void delivery_saved(struct delivery_tally *tally,
		    struct mail_save_context *ctx);

/* Call after the commit of a transaction that saved so many messages. Returns
   true if it was all told by the tally, so that the delivery is news. */
bool delivery_committed(struct delivery *delivery,
			const struct delivery_tally *tally,
			unsigned int messages,
			const struct mail_transaction_commit_changes *changes);

/* What is to be published of it, in the data stack. */
void delivery_item(const struct delivery *delivery,
		   struct publisher_item *item_r);

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t delivery_clock(void);

#endif
