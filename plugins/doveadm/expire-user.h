/* SPDX-License-Identifier: MIT
 *
 * Expires the Trash of one user: what lies in it longer than the account's
 * retention is expunged.
 */
#ifndef ALUMNI_EXPIRE_USER_H
#define ALUMNI_EXPIRE_USER_H

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

/* Expunges what is due from every Trash of the user, publishes the usage, then
   tells the account store the oldest save time left. May be interrupted at any
   point: until that last step the account stays due, and the next run does what
   is left to do. What fails is logged.
   Returns 1 done, 0 nothing to do: no such account in the store, or its
   messages are kept for ever, -1 failed: the account stays due. tally_r is
   filled in as far as it got. */
int expire_user(struct mail_user *user, enum expire_mode mode,
		struct expire_tally *tally_r);

/* Ends what was kept from one user to the next. */
void expire_user_finish(void);

#endif
