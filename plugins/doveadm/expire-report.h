/* SPDX-License-Identifier: MIT
 *
 * Tells the account store what a visit found: the usage, and what is left in
 * Trash, in one transaction. It is sent without waiting, so that the dict
 * service writes while the next account is visited.
 */
#ifndef ALUMNI_PLUGINS_DOVEADM_EXPIRE_REPORT_H
#define ALUMNI_PLUGINS_DOVEADM_EXPIRE_REPORT_H

#include "plugins/common/publisher.h"
#include "protocol/trash.h"

/* So many may be under way at the end of a visit. */
#define EXPIRE_REPORTS_MAX 32

enum expire_answer {
	EXPIRE_ANSWER_WRITTEN,
	/* There is no such account, or its usage changed meanwhile and must be
	   counted anew. Nothing of Trash was written. */
	EXPIRE_ANSWER_NOT_FOUND,
	/* As is logged. It may have been written nevertheless. */
	EXPIRE_ANSWER_FAILED,
};

typedef void expire_report_callback(enum expire_answer answer, void *context);

/* What a visit found. */
struct expire_news {
	struct publisher_item usage[PUBLISHER_ITEMS_MAX];
	unsigned int usage_count;
	struct wire_trash_expired trash;
};

/* Sends it. Returns 0: the callback is called exactly once, by
   expire_report_wait(); or -1: there is no dict to send it to, which is logged,
   and the callback is never called. */
int expire_report_send(struct mail_user *user, const struct expire_news *news,
		       expire_report_callback *callback, void *context);

/* How many are under way. */
unsigned int expire_report_count(void);

/* Waits until all are answered, or until the dict client gives up: immediately
   when nobody listens, else after its time-out of 30 seconds. */
void expire_report_wait(void);

/* Ends the connection. None may be under way. */
void expire_report_finish(void);

#endif
