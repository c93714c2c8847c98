/* SPDX-License-Identifier: MIT
 *
 * Counts of what may be done only so often for an account, by all processes
 * together: guesses at a password, mails with a code. They are beside the
 * credentials, where the milter cannot reach them. Only with
 * STORE_ACCOUNTS_AND_CREDENTIALS.
 */
#ifndef ALUMNI_STORE_ATTEMPTS_H
#define ALUMNI_STORE_ATTEMPTS_H

#include "lib/store/store.h"

struct attempts_limit {
	const char *what; /* a word in the store: "current-password" */
	unsigned int max; /* in a window; the last one begins the window anew */
	int64_t window_seconds;
};

/* Takes one attempt, before what it is for is done, so that those at the same
   time count too. 1 go on, 0 there is none until *until_r (Unix seconds), -1
   failed. */
int store_attempt_take(struct store *store, const char *account_id,
		       const struct attempts_limit *limit, int64_t now,
		       int64_t *until_r, struct error *error);

/* Forgets those that were taken: the password was right. 0 or -1. */
int store_attempts_clear(struct store *store, const char *account_id,
			 const char *what, struct error *error);

/* Gives one back that turned out to be none. 0 or -1. */
int store_attempt_give_back(struct store *store, const char *account_id,
			    const char *what, struct error *error);

#endif
