/* SPDX-License-Identifier: MIT
 *
 * One commit at a time is under way. News that comes in meanwhile, and news
 * whose commit failed, is sent by a later one.
 */
#include "plugins/common/dovecot-glue.h"

#include "ioloop.h"
#include "dict.h"
#include "time-util.h"
#include "mail-user.h"

#include "plugins/common/mail-dict.h"
#include "plugins/common/publisher.h"
#include "plugins/common/unpublished.h"

#define PUBLISHER_BATCH_MSECS 500
/* After a failure, and doubled after each further one. */
#define PUBLISHER_RETRY_MSECS     (2 * 1000)
#define PUBLISHER_RETRY_MAX_MSECS (60 * 1000)

/* How often "not found" is answered by telling anew. */
#define PUBLISHER_TELLS_MAX 5

struct publisher {
	struct mail_user *user;
	const struct publisher_source *source;
	struct dict *dict;
	struct timeout *to;
	time_t sent_at;
	struct timeval told_at;
	unsigned int retry_msecs;
	/* How often in a row "not found" was the answer. */
	unsigned int not_found;
	bool has_news : 1;
	bool marked : 1;  /* in the user's home */
	bool expects : 1; /* what will make the news is under way */
	bool sending : 1;
	bool retrying : 1;  /* what "to" waits for is another try */
	bool finishing : 1; /* nobody runs timers any more */
};

static void publisher_send(struct publisher *publisher);

static void publisher_schedule(struct publisher *publisher,
			       unsigned int delay_msecs)
{
	if (publisher->finishing || publisher->to != NULL)
		return;
	publisher->to = timeout_add(delay_msecs, publisher_send, publisher);
}

static void publisher_retry(struct publisher *publisher)
{
	publisher->sending = FALSE;
	publisher->has_news = TRUE;
	publisher->retrying = TRUE;
	if (publisher->retry_msecs == 0)
		publisher->retry_msecs = PUBLISHER_RETRY_MSECS;
	publisher_schedule(publisher, publisher->retry_msecs);
	publisher->retry_msecs =
		I_MIN(2 * publisher->retry_msecs, PUBLISHER_RETRY_MAX_MSECS);
}

static void publisher_failed(struct publisher *publisher, const char *error)
{
	mail_dict_failed(publisher->user, publisher->sent_at,
			 t_strconcat("publish ", publisher->source->what, NULL),
			 error);
	publisher_retry(publisher);
}

static void publisher_mark(struct publisher *publisher)
{
	if (publisher->marked)
		return;
	unpublished_mark(publisher->user, publisher->source->kind);
	publisher->marked = TRUE;
}

void publisher_expects_news(struct publisher *publisher)
{
	publisher->expects = TRUE;
	publisher_mark(publisher);
}

/* It is there, to be published. */
static void publisher_takes_news(struct publisher *publisher)
{
	publisher->expects = FALSE;
	publisher->has_news = TRUE;
	publisher_mark(publisher);
}

bool publisher_inherits_news(struct publisher *publisher)
{
	if (!unpublished_inherit(publisher->user, publisher->source->kind))
		return FALSE;
	publisher->marked = TRUE;
	return TRUE;
}

static void publisher_has_no_news(struct publisher *publisher)
{
	if (!publisher->marked || publisher->has_news)
		return;
	unpublished_clear(publisher->user, publisher->source->kind);
	publisher->marked = FALSE;
}

static void publisher_not_found(struct publisher *publisher)
{
	if (++publisher->not_found < PUBLISHER_TELLS_MAX) {
		publisher->has_news = TRUE;
		return;
	}
	/* Trying again would not help. */
	publisher->not_found = 0;
	e_warning(publisher->user->event,
		  "alumni: Cannot publish %s: "
		  "the account store does not know this user",
		  publisher->source->what);
}

static void publisher_sent(const struct dict_commit_result *result,
			   struct publisher *publisher)
{
	switch (result->ret) {
	case DICT_COMMIT_RET_OK:
		mail_dict_answered();
		publisher->retry_msecs = 0;
		publisher->not_found = 0;
		break;
	case DICT_COMMIT_RET_NOTFOUND:
		mail_dict_answered();
		publisher_not_found(publisher);
		break;
	case DICT_COMMIT_RET_FAILED:
	case DICT_COMMIT_RET_WRITE_UNCERTAIN:
		publisher_failed(publisher, result->error);
		return;
	}
	publisher->sending = FALSE;
	if (publisher->has_news)
		publisher_schedule(publisher, PUBLISHER_BATCH_MSECS);
	else if (!publisher->expects)
		publisher_has_no_news(publisher);
}

static void publisher_commit(struct publisher *publisher,
			     const struct publisher_item *items,
			     unsigned int count)
{
	struct dict_transaction_context *transaction;
	struct mail_dict_scope scope;
	unsigned int i;

	publisher->sent_at = time(NULL);
	mail_dict_enter(&scope);
	transaction = dict_transaction_begin(
		publisher->dict,
		mail_user_get_dict_op_settings(publisher->user));
	for (i = 0; i < count; i++)
		dict_set(transaction, items[i].key, items[i].value);
	dict_transaction_commit_async(&transaction, publisher_sent, publisher);
	mail_dict_leave(&scope);
}

static void publisher_tell(struct publisher *publisher)
{
	struct publisher_item items[PUBLISHER_ITEMS_MAX];
	const char *error = NULL;
	int count;

	/* Before the values are read, so that a change meanwhile is news
	   again. */
	publisher->has_news = FALSE;
	publisher->told_at = ioloop_timeval;
	publisher->sending = TRUE;
	count = publisher->source->collect(
		publisher->user, publisher->not_found > 0, items, &error);
	if (count < 0) {
		e_error(publisher->user->event, "alumni: Cannot tell %s: %s",
			publisher->source->what, error);
		publisher_retry(publisher);
	} else if (count == 0) {
		publisher->sending = FALSE;
	} else {
		publisher_commit(publisher, items, count);
	}
}

static void publisher_send(struct publisher *publisher)
{
	timeout_remove(&publisher->to);
	publisher->retrying = FALSE;
	if (publisher->sending || !publisher->has_news)
		return;
	if (mail_dict_is_paused()) {
		publisher_retry(publisher);
		return;
	}
	T_BEGIN
	{
		publisher_tell(publisher);
	}
	T_END;
}

int publisher_init(struct mail_user *user,
		   const struct publisher_source *source,
		   struct publisher **publisher_r, const char **error_r)
{
	struct publisher *publisher;
	struct dict *dict;

	if (mail_dict_get(user, &dict, error_r) < 0)
		return -1;

	publisher = p_new(user->pool, struct publisher, 1);
	publisher->user = user;
	publisher->source = source;
	publisher->dict = dict;
	*publisher_r = publisher;
	return 0;
}

struct dict *publisher_dict(struct publisher *publisher)
{
	return publisher->dict;
}

bool publisher_has_news(const struct publisher *publisher)
{
	return publisher->has_news;
}

static void publisher_news_soon(struct publisher *publisher)
{
	if (publisher->sending)
		return;
	/* The next occasion to try again. */
	if (publisher->retrying) {
		publisher->retrying = FALSE;
		timeout_remove(&publisher->to);
	}
	publisher_schedule(publisher, PUBLISHER_BATCH_MSECS);
}

void publisher_news(struct publisher *publisher)
{
	publisher_takes_news(publisher);
	publisher_news_soon(publisher);
}

void publisher_news_evident(struct publisher *publisher)
{
	publisher->has_news = TRUE;
	publisher_news_soon(publisher);
}

static bool publisher_told_just_now(const struct publisher *publisher)
{
	long long usecs =
		timeval_diff_usecs(&ioloop_timeval, &publisher->told_at);

	/* The clock may have been set back. */
	return usecs >= 0 && usecs < PUBLISHER_BATCH_MSECS * 1000LL;
}

void publisher_news_now(struct publisher *publisher)
{
	publisher_takes_news(publisher);
	if (publisher_told_just_now(publisher))
		publisher_news_soon(publisher);
	else
		publisher_send(publisher);
}

static int publisher_wait(struct publisher *publisher)
{
	mail_dict_wait(publisher->dict);
	do {
		publisher_send(publisher);
		mail_dict_wait(publisher->dict);
	} while (publisher->has_news && publisher->not_found > 0 &&
		 !publisher->retrying);
	return publisher->has_news ? -1 : 0;
}

int publisher_take(struct publisher *publisher,
		   struct publisher_item items_r[PUBLISHER_ITEMS_MAX],
		   const char **error_r)
{
	int count;

	publisher->expects = FALSE;
	publisher->has_news = FALSE;
	count = publisher->source->collect(publisher->user, TRUE, items_r,
					   error_r);
	if (count < 0)
		publisher_takes_news(publisher);
	return count;
}

void publisher_finish(struct publisher *publisher)
{
	publisher->finishing = TRUE;
	if (publisher_wait(publisher) == 0) {
		publisher_has_no_news(publisher);
	} else {
		publisher_mark(publisher);
		unpublished_leave(publisher->user, publisher->source->kind);
	}
	timeout_remove(&publisher->to);
}

void publisher_deinit(struct publisher **_publisher)
{
	struct publisher *publisher = *_publisher;

	*_publisher = NULL;
	/* Other plugins may have made news after publisher_finish(). */
	mail_dict_wait(publisher->dict);
	timeout_remove(&publisher->to);
	mail_dict_put();
}
