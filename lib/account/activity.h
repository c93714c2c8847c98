/* SPDX-License-Identifier: MIT
 *
 * How much an account has forwarded and sent, for the limits on both. Each
 * count is that of one window of the clock, an hour or a day of UTC, so two
 * numbers describe it.
 */
#ifndef ALUMNI_ACCOUNT_ACTIVITY_H
#define ALUMNI_ACCOUNT_ACTIVITY_H

#include <stdint.h>

/* A count of one window. Windows are numbered since 1970. */
struct activity_count {
	int64_t window;
	int64_t count;
};

struct activity {
	struct activity_count forwarded_in_day; /* messages */
	struct activity_count sent_in_hour;     /* recipients */
	struct activity_count sent_in_day;      /* recipients */
};

/* The activity of one moment (Unix seconds): the number of messages forwarded,
   and the number of recipients sent to. */
struct activity activity_at(int64_t now, int64_t forwarded, int64_t sent);

/* Adds activity of the same windows or of later ones. */
void activity_add(struct activity *sum, const struct activity *more);

/* The counts of the windows that contain `now`; 0 when the activity is of other
   windows. */
int64_t activity_forwarded_today(const struct activity *activity, int64_t now);
int64_t activity_sent_this_hour(const struct activity *activity, int64_t now);
int64_t activity_sent_today(const struct activity *activity, int64_t now);

#endif
