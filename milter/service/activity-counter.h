/* SPDX-License-Identifier: MIT
 *
 * Counts what accounts forward and send. Counts are collected here and written
 * to the store about once a second in one transaction, so that no message waits
 * for a disk. A daemon that is killed loses the counts of that second.
 */
#ifndef ALUMNI_MILTER_SERVICE_ACTIVITY_COUNTER_H
#define ALUMNI_MILTER_SERVICE_ACTIVITY_COUNTER_H

#include "lib/account/activity.h"
#include "lib/base/error.h"
#include "milter/service/store-pool.h"

#define ACTIVITY_COUNTER_FLUSH_SECONDS 1
/* While the store cannot be written, the counts of this many accounts wait for
   it. Further accounts are not counted. */
#define ACTIVITY_COUNTER_ACCOUNTS_MAX 50000

struct activity_counter;

/* Starts the thread that writes. Returns 0, or -1 with an error. */
int activity_counter_new(struct store_pool *pool,
			 struct activity_counter **counter_r,
			 struct error *error);
/* Writes what is left, and ends. */
void activity_counter_free(struct activity_counter **counter);

/* Adds to an account's counts. Thread-safe; never fails, since a count is no
   reason to hold up mail. */
void activity_counter_add(struct activity_counter *counter,
			  const char *account_id, const struct activity *more);

/* The account's counts, of the store and of what is not written yet. A count
   that is being written may be missing, but is never counted twice. Returns 0,
   or -1 with an error. Blocks for the store. Thread-safe. */
int activity_counter_read(struct activity_counter *counter,
			  const char *account_id, struct activity *activity_r,
			  struct error *error);

/* Writes now. Returns 0, or -1 with an error; then the counts are kept for the
   next time. */
int activity_counter_flush(struct activity_counter *counter,
			   struct error *error);

#endif
