/* SPDX-License-Identifier: MIT
 *
 * Publishes news about a user's mail to the account database through the dict
 * "alumni", without ever holding up or failing the mail operation that made
 * the news: what cannot be published is logged once for each outage, tried
 * again while the session lasts, and then left to the user's next one.
 */
#ifndef ALUMNI_PLUGINS_COMMON_PUBLISHER_H
#define ALUMNI_PLUGINS_COMMON_PUBLISHER_H

#include <stdbool.h>
#include <stdint.h>

struct dict;
struct mail_user;
struct publisher;

#define PUBLISHER_ITEMS_MAX 4

struct publisher_item {
	const char *key; /* of protocol/dict-keys.h */
	const char *value;
};

struct publisher_source {
	/* What is published, for the log: "mailbox usage". */
	const char *what;
	/* The same in one word, for the mark in the user's home. */
	const char *kind;

	/* Tells the present values. Called when they are about to be sent,
	   never while another mail operation runs. again: what it told last
	   was answered with "not found". Returns how many items it filled in,
	   with values in the data stack, 0 when there is nothing to publish, -1
	   with an error when it cannot tell now. */
	int (*collect)(struct mail_user *user, bool again,
		       struct publisher_item items_r[PUBLISHER_ITEMS_MAX],
		       const char **error_r);
};

/* Makes a publisher for the user, allocated from the user's pool. Does not
   touch the dict service yet. source must outlive it.
   Returns 0, or -1 with an error. */
int publisher_init(struct mail_user *user,
		   const struct publisher_source *source,
		   struct publisher **publisher_r, const char **error_r);

/* The dict that it publishes to, for look-ups. */
struct dict *publisher_dict(struct publisher *publisher);

/* True if there is news that the dict service has not yet been sent. */
bool publisher_has_news(const struct publisher *publisher);

/* There will be news, unless what is about to be done fails: if this process is
   killed before it has published it, the user's next session does. */
void publisher_expects_news(struct publisher *publisher);

/* True if an earlier process of the user's left news unpublished. Call it once,
   when mailboxes can be opened, and then publisher_news(). */
bool publisher_inherits_news(struct publisher *publisher);

/* There is news. It is sent after a short while, so that many changes in a row
   are published once. */
void publisher_news(struct publisher *publisher);

/* There is news, as above, that the next session can tell from the mailbox: if
   this process is killed before it has published it, no mark is needed. */
void publisher_news_evident(struct publisher *publisher);

/* There is news, to be sent at once, or after a short while if some was sent
   just now. Does not wait for the answer. */
void publisher_news_now(struct publisher *publisher);

/* Gives the present values to the caller, who publishes them in a transaction
   of its own, whether or not there was news; publisher_news() makes them news
   again. Returns as collect(), counting anew; after -1 there is still news. */
int publisher_take(struct publisher *publisher,
		   struct publisher_item items_r[PUBLISHER_ITEMS_MAX],
		   const char **error_r);

/* Sends what is left and waits for the answer, as above. Call from the user's
   deinit_pre, while mailboxes can still be opened. */
void publisher_finish(struct publisher *publisher);

/* Frees; call from the user's deinit. Sets the pointer to NULL. */
void publisher_deinit(struct publisher **publisher);

#endif
