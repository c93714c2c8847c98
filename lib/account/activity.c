/* SPDX-License-Identifier: MIT
 *
 * Counts in windows; see lib/account/activity.h.
 */
#include "lib/account/activity.h"

#define HOUR_SECONDS 3600
#define DAY_SECONDS  (24 * HOUR_SECONDS)

static struct activity_count count_at(int64_t now, int64_t seconds,
				      int64_t count)
{
	return (struct activity_count){
		.window = now / seconds,
		.count = count,
	};
}

struct activity activity_at(int64_t now, int64_t forwarded, int64_t sent)
{
	return (struct activity){
		.forwarded_in_day = count_at(now, DAY_SECONDS, forwarded),
		.sent_in_hour = count_at(now, HOUR_SECONDS, sent),
		.sent_in_day = count_at(now, DAY_SECONDS, sent),
	};
}

/* Any other window begins a new count, even an earlier one: after a clock was
   wrong, the count must not stand still until the wrong time comes. */
static void add_count(struct activity_count *sum,
		      const struct activity_count *more)
{
	if (more->count == 0)
		return;
	if (sum->window == more->window)
		sum->count += more->count;
	else
		*sum = *more;
}

void activity_add(struct activity *sum, const struct activity *more)
{
	add_count(&sum->forwarded_in_day, &more->forwarded_in_day);
	add_count(&sum->sent_in_hour, &more->sent_in_hour);
	add_count(&sum->sent_in_day, &more->sent_in_day);
}

static int64_t count_in(const struct activity_count *count, int64_t now,
			int64_t seconds)
{
	return count->window == now / seconds ? count->count : 0;
}

int64_t activity_forwarded_today(const struct activity *activity, int64_t now)
{
	return count_in(&activity->forwarded_in_day, now, DAY_SECONDS);
}

int64_t activity_sent_this_hour(const struct activity *activity, int64_t now)
{
	return count_in(&activity->sent_in_hour, now, HOUR_SECONDS);
}

int64_t activity_sent_today(const struct activity *activity, int64_t now)
{
	return count_in(&activity->sent_in_day, now, DAY_SECONDS);
}
