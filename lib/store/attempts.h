/* SPDX-License-Identifier: MIT
 *
 * Counts of attempts that an account has only so many of, for all processes
 * together: guesses at a password, mails with a code. The counts are beside the
 * credentials, where the milter cannot reach them. All functions need
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

/* Takes one attempt. The caller does so before the attempt itself, so that
   attempts at the same time count too. Returns 1 go on, 0 there is none until
   *until_r (Unix seconds), -1 failed. */
int store_attempt_take(struct store *store, const char *account_id,
		       const struct attempts_limit *limit, int64_t now,
		       int64_t *until_r, struct error *error);

/* Forgets all attempts, since the password was right. Returns 0 or -1. */
int store_attempts_clear(struct store *store, const char *account_id,
			 const char *what, struct error *error);

/* Takes back one attempt that did not happen after all. Returns 0 or -1. */
int store_attempt_give_back(struct store *store, const char *account_id,
			    const char *what, struct error *error);

#endif
