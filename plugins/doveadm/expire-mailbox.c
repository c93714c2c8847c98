/* SPDX-License-Identifier: MIT
 *
 * A search for old messages goes by the day; here every message's save time is
 * compared to the second, which the same pass needs anyway for the oldest
 * message left.
 */
#include "plugins/common/dovecot-glue.h"

#include "mail-storage-private.h"
#include "mail-search-build.h"

#include "plugins/doveadm/expire-mailbox.h"
#include "plugins/common/trash-moved.h"

/* How often a mailbox is gone through that turns out to have more messages. */
#define EXPIRE_TRIES 5

/* Returns 1 done, 0 left alone since it is gone already, -1 failed. */
static int expire_mail(struct mail *mail, time_t moved_at, time_t cutoff,
		       bool try_only, struct expire_tally *tally)
{
	time_t saved;
	int ret;

	ret = mail_get_save_date(mail, &saved);
	if (ret < 0 && mail->expunged)
		return 0;
	if (ret < 0) {
		e_error(mail_event(mail),
			"alumni expire: Cannot read the save time: %s",
			mailbox_get_last_internal_error(mail->box, NULL));
		return -1;
	}
	if (ret == 0) {
		/* What we got is some other time, perhaps years older. */
		e_error(mail_event(mail),
			"alumni expire: This mailbox format keeps no save "
			"time, so the message is kept");
		return -1;
	}

	saved = I_MAX(saved, moved_at);
	if (saved <= cutoff) {
		tally->expunged++;
		if (!try_only)
			mail_expunge(mail);
		return 1;
	}
	tally->left++;
	if (tally->oldest_left == 0 || saved < tally->oldest_left)
		tally->oldest_left = saved;
	return 1;
}

static void expire_mailbox_failed(struct mailbox *box, const char *what)
{
	e_error(box->event, "alumni expire: Cannot %s: %s", what,
		mailbox_get_last_internal_error(box, NULL));
}

static int expire_mails(struct mailbox *box, time_t cutoff, bool try_only,
			struct expire_tally *tally)
{
	struct mailbox_transaction_context *transaction;
	struct mail_search_context *search;
	struct mail_search_args *args;
	struct mail *mail;
	time_t moved_at = trash_moved_at(box);
	int ret = 0;

	args = mail_search_build_init();
	mail_search_build_add_all(args);
	transaction = mailbox_transaction_begin(box, 0, "alumni expire");
	search = mailbox_search_init(transaction, args, NULL,
				     MAIL_FETCH_SAVE_DATE, NULL);
	mail_search_args_unref(&args);

	while (mailbox_search_next(search, &mail)) {
		if (expire_mail(mail, moved_at, cutoff, try_only, tally) < 0)
			ret = -1;
	}
	if (mailbox_search_deinit(&search) < 0) {
		expire_mailbox_failed(box, "read all messages");
		ret = -1;
	}
	/* Also after a failure: what was found due is due. */
	if (mailbox_transaction_commit(&transaction) < 0) {
		expire_mailbox_failed(box, "expunge");
		ret = -1;
	}
	return ret;
}

/* The first time, only what the index knows is gone through. After that there
   may be messages that were not seen: those that had come in, or that Dovecot
   found when it had to mend the mailbox. */
static int expire_and_sync(struct mailbox *box, time_t cutoff, bool try_only,
			   struct expire_tally *tally)
{
	const unsigned int left_elsewhere = tally->left;
	struct mailbox_status status;
	int ret, tries = EXPIRE_TRIES;

	do {
		tally->left = left_elsewhere;
		ret = expire_mails(box, cutoff, try_only, tally);
		if (try_only)
			return ret;
		if (mailbox_sync(box, 0) < 0) {
			expire_mailbox_failed(box, "expunge");
			return -1;
		}
		mailbox_get_open_status(box, STATUS_MESSAGES, &status);
	} while (ret == 0 && status.messages > tally->left - left_elsewhere &&
		 --tries > 0);
	return ret;
}

int expire_mailbox(struct mailbox_list *list, const char *vname, time_t cutoff,
		   bool try_only, struct expire_tally *tally)
{
	struct mailbox *box;
	int ret;

	box = mailbox_alloc(list, vname, MAILBOX_FLAG_IGNORE_ACLS);
	/* Who changes nothing goes through it once. */
	if (mailbox_open(box) < 0 || (try_only && mailbox_sync(box, 0) < 0)) {
		ret = mailbox_get_last_mail_error(box) == MAIL_ERROR_NOTFOUND
			      ? 0
			      : -1;
		if (ret < 0)
			expire_mailbox_failed(box, "open");
	} else {
		ret = expire_and_sync(box, cutoff, try_only, tally);
	}
	mailbox_free(&box);
	return ret;
}
