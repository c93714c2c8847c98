/* SPDX-License-Identifier: MIT
 *
 * Expires the Trash of one user: what lies in it longer than the account's
 * retention is expunged.
 */
#ifndef ALUMNI_PLUGINS_DOVEADM_EXPIRE_USER_H
#define ALUMNI_PLUGINS_DOVEADM_EXPIRE_USER_H

#include <stdbool.h>
#include <time.h>

struct mail_user;

struct expire_tally {
	/* Messages expunged; when only trying, those that would be. */
	unsigned int expunged;
	unsigned int left;
	/* Save time of the oldest message left, Unix seconds; 0 = none. */
	time_t oldest_left;
};

enum expire_mode {
	EXPIRE,
	/* Says what would be expunged, and changes nothing. */
	EXPIRE_TRY,
	/* Expunges nothing, but publishes what is there, whatever the
	   retention. */
	EXPIRE_LOOK,
};

enum expire_result {
	EXPIRE_DONE,
	/* Nothing to do: no such account in the store, or its messages are kept
	   for ever. */
	EXPIRE_NOTHING,
	/* What was expunged is, but the account must be visited once more. */
	EXPIRE_AGAIN,
	/* As is logged: the account stays due. */
	EXPIRE_FAILED,
};

typedef void expire_user_callback(enum expire_result result, void *context);

/* Expunges what is due from every Trash of the user, then tells the account
   store the usage and the oldest save time left. May be interrupted at any
   point: until the store was told the account stays due, and the next run does
   what is left to do. tally is filled in as far as it got. The callback is
   called exactly once, by this function or by expire_report_wait(); the tally
   must live as long. Does not wait for the answer to what it tells. What must
   be known of the user who is visited next, if not NULL, is asked for
   meanwhile. */
void expire_user_begin(struct mail_user *user, enum expire_mode mode,
		       const char *next_username, struct expire_tally *tally,
		       expire_user_callback *callback, void *context);

/* The same, waiting for the answer, and as often as it takes: never returns
   EXPIRE_AGAIN. */
enum expire_result expire_user(struct mail_user *user, enum expire_mode mode,
			       struct expire_tally *tally_r);

/* Ends what was kept from one user to the next. */
void expire_user_finish(void);

#endif
