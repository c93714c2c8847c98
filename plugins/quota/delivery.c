/* SPDX-License-Identifier: MIT
 *
 * See delivery.h.
 */
#include "plugins/common/dovecot-glue.h"

#include <time.h>

#include "array.h"
#include "seq-range-array.h"
#include "mail-storage-private.h"

#include "plugins/common/publisher.h"
#include "plugins/quota/alumni-quota-user.h"
#include "plugins/quota/delivery.h"
#include "plugins/quota/inbox.h"
#include "plugins/quota/limits.h"
#include "protocol/dict-keys.h"

#define NSECS_PER_SEC 1000000000

bool delivery_is(const struct alumni_quota_user *quser, struct mailbox *dest,
		 struct mailbox *src)
{
	/* That flag is LMTP's and LDA's. */
	return quser->known.is_known &&
	       quser->known.usage.inbox.uid_next != 0 &&
	       (dest->flags & MAILBOX_FLAG_POST_SESSION) != 0 &&
	       src->storage->user != dest->storage->user &&
	       quota_inbox_is(dest);
}

bool delivery_has_room(const struct alumni_quota_user *quser, struct mail *mail)
{
	const struct known_usage *known = &quser->known;
	time_t age = time(NULL) - known->asked_at;
	uoff_t size;

	/* The same person may get it several times, or others at once. */
	if (age < 0 || age >= QUOTA_LIMITS_FRESH_SECS ||
	    mail_get_physical_size(mail, &size) < 0)
		return FALSE;
	return quota_limits_are_far(quser->limits, (uint64_t)known->usage.bytes,
				    (uint64_t)known->usage.messages, size);
}

void delivery_saved(struct delivery_tally *tally, struct mail_save_context *ctx)
{
	uoff_t size;

	if (ctx->dest_mail == NULL ||
	    mail_get_virtual_size(ctx->dest_mail, &size) < 0) {
		tally->failed = TRUE;
		return;
	}
	tally->bytes += size;
	tally->messages++;
}

bool delivery_committed(struct delivery *delivery,
			const struct delivery_tally *tally,
			unsigned int messages,
			const struct mail_transaction_commit_changes *changes)
{
	const struct seq_range *uids;
	unsigned int count;

	if (tally->failed || tally->messages != messages || delivery->is_news ||
	    changes->uid_validity == 0 ||
	    !array_is_created(&changes->saved_uids))
		return FALSE;
	uids = array_get(&changes->saved_uids, &count);
	if (count != 1 || uids[0].seq2 - uids[0].seq1 + 1 != messages)
		return FALSE;
	delivery->is_news = TRUE;
	delivery->saved = (struct wire_saved){
		.bytes = (int64_t)tally->bytes,
		.messages = messages,
		.uid_validity = changes->uid_validity,
		.first_uid = uids[0].seq1,
		.saved_at = (int64_t)delivery_clock(),
	};
	return TRUE;
}

void delivery_item(const struct delivery *delivery,
		   struct publisher_item *item_r)
{
	char text[WIRE_VALUE_BYTES];

	wire_saved_format(&delivery->saved, text);
	item_r->key = DICT_KEY_QUOTA_SAVED;
	item_r->value = t_strdup(text);
}

uint64_t delivery_clock(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		i_fatal("clock_gettime(CLOCK_MONOTONIC) failed: %m");
	return (uint64_t)now.tv_sec * NSECS_PER_SEC + now.tv_nsec;
}
