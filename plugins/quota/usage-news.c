/* SPDX-License-Identifier: MIT
 *
 * See usage-news.h.
 */
#include "plugins/common/dovecot-glue.h"

#include "mail-storage.h"

#include "plugins/common/publisher.h"
#include "plugins/quota/alumni-quota-user.h"
#include "plugins/quota/inbox.h"
#include "plugins/quota/usage-news.h"
#include "plugins/quota/usage.h"
#include "protocol/dict-keys.h"

/* How often is counted anew when messages come in meanwhile. */
#define COUNT_TRIES 3

/* Counts, and tells up to which message of INBOX that goes, unless messages
   come in meanwhile. Returns as quota_usage_get(). */
static int usage_count_all(struct mail_user *user, uint64_t *bytes_r,
			   uint64_t *messages_r, struct wire_inbox *inbox_r,
			   const char **error_r)
{
	struct mailbox *inbox = quota_inbox_open(user);
	struct wire_inbox after;
	int ret, tries = COUNT_TRIES;

	i_zero(inbox_r);
	if (inbox == NULL)
		return quota_usage_get(user, bytes_r, messages_r, error_r);
	quota_inbox_state_of(inbox, &after);
	do {
		*inbox_r = after;
		ret = quota_usage_get(user, bytes_r, messages_r, error_r);
		if (ret <= 0)
			break;
		if (quota_inbox_sync(inbox) < 0)
			tries = 0;
		quota_inbox_state_of(inbox, &after);
	} while (!inbox_state_equals(inbox_r, &after) && --tries > 0);
	if (tries <= 0)
		i_zero(inbox_r);
	mailbox_free(&inbox);
	return ret;
}

static void usage_item(struct publisher_item *item_r, const char *key,
		       uint64_t number)
{
	char text[WIRE_VALUE_BYTES];

	wire_number_format((int64_t)number, text);
	item_r->key = key;
	item_r->value = t_strdup(text);
}

static void usage_inbox_item(struct publisher_item *item_r,
			     const struct wire_inbox *inbox)
{
	char text[WIRE_VALUE_BYTES];

	wire_inbox_format(inbox, text);
	item_r->key = DICT_KEY_QUOTA_INBOX;
	item_r->value = t_strdup(text);
}

static int usage_news_collect(struct mail_user *user, bool again,
			      struct publisher_item *items_r,
			      const char **error_r)
{
	struct alumni_quota_user *quser = ALUMNI_QUOTA_USER(user);
	struct wire_inbox inbox;
	uint64_t bytes, messages, counted_at;
	int ret;

	if (quser->delivery.is_news && !again) {
		/* Once only: whatever comes after it is counted. */
		quser->delivery.is_news = FALSE;
		delivery_item(&quser->delivery, &items_r[0]);
		return 1;
	}
	quser->delivery.is_news = FALSE;
	if (quser->is_suspect)
		usage_mend(user);
	quser->is_suspect = FALSE;
	/* All that is there is told now. */
	quser->inbox_seen = TRUE;
	/* Before the count: whatever another session counts later knows at
	   least as much. */
	counted_at = delivery_clock();
	ret = usage_count_all(user, &bytes, &messages, &inbox, error_r);
	if (ret <= 0)
		return ret;
	usage_item(&items_r[0], DICT_KEY_QUOTA_STORAGE, bytes);
	usage_item(&items_r[1], DICT_KEY_QUOTA_MESSAGES, messages);
	usage_item(&items_r[2], DICT_KEY_QUOTA_COUNTED_AT, counted_at);
	usage_inbox_item(&items_r[3], &inbox);
	return 4;
}

const struct publisher_source usage_news_source = {
	.what = "mailbox usage",
	.kind = "usage",
	.collect = usage_news_collect,
};
