/* SPDX-License-Identifier: MIT
 *
 * How much an account has forwarded and sent, for the limits on both. Counted
 * in windows of the clock, the hour and the day of UTC, so that two numbers
 * say all there is to know about a window.
 */
#ifndef ALUMNI_ACCOUNT_ACTIVITY_H
#define ALUMNI_ACCOUNT_ACTIVITY_H

#include <stdint.h>

/* A count of one window; the window's number is its place since 1970. */
struct activity_count {
	int64_t window;
	int64_t count;
};

struct activity {
	struct activity_count forwarded_in_day; /* messages */
	struct activity_count sent_in_hour;     /* recipients */
	struct activity_count sent_in_day;      /* recipients */
};

/* What was done at one time (Unix seconds): so many messages forwarded, and
   sent to so many recipients. */
struct activity activity_at(int64_t now, int64_t forwarded, int64_t sent);

/* Adds what was done later, or in the same windows. */
void activity_add(struct activity *sum, const struct activity *more);

/* The counts of the windows that `now` is in. */
int64_t activity_forwarded_today(const struct activity *activity, int64_t now);
int64_t activity_sent_this_hour(const struct activity *activity, int64_t now);
int64_t activity_sent_today(const struct activity *activity, int64_t now);

#endif
