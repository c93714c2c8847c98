/* SPDX-License-Identifier: MIT
 *
 * What the daemon has done, counted for Prometheus: decisions by outcome,
 * failures, and how long things took. Counting is a few atomic additions.
 * Every function does nothing when metrics is NULL.
 */
#ifndef ALUMNI_MILTER_SERVICE_METRICS_H
#define ALUMNI_MILTER_SERVICE_METRICS_H

#include <stdint.h>
#include <stdio.h>

struct metrics;

/* The order is that of the output: those of one name together. */
enum metrics_counter {
	/* What was answered to a recipient. */
	METRICS_RECIPIENT_TAKEN,
	METRICS_RECIPIENT_DISABLED,
	METRICS_RECIPIENT_OVER_QUOTA,
	METRICS_RECIPIENT_SENDER_REFUSED,
	METRICS_RECIPIENT_DEFERRED,
	/* What became of a message. */
	METRICS_MESSAGE_UNTOUCHED,
	METRICS_MESSAGE_DECIDED,
	METRICS_MESSAGE_REFUSED,
	METRICS_MESSAGE_DEFERRED,
	METRICS_MESSAGE_ABORTED,
	/* What became of recipients with an account; in the order of enum
	   recipient_fate. */
	METRICS_FATE_OTHER,
	METRICS_FATE_KEPT,
	METRICS_FATE_FORWARDED,
	METRICS_FATE_COPIED,
	METRICS_FATE_COPY_LEFT_OUT,
	METRICS_FATE_CAME_BACK,
	METRICS_FATE_HELD_SPAM,
	METRICS_FATE_HELD_LIMIT,
	METRICS_FATE_HELD_TARGET,
	METRICS_FATE_HELD_NOTICE,
	METRICS_FATE_OVER_QUOTA,
	/* Look-ups of Postfix. */
	METRICS_LOOKUP_FOUND,
	METRICS_LOOKUP_ABSENT,
	METRICS_LOOKUP_FAILED,
	METRICS_STORE_ERRORS,
	METRICS_SENDING_BLOCKED,
	METRICS_CONNECTIONS,
	METRICS_CONNECTIONS_REFUSED,
	METRICS_RELOAD_DONE,
	METRICS_RELOAD_FAILED,
	METRICS_COUNTERS,
};

enum metrics_timer {
	METRICS_TIME_RECIPIENT, /* deciding at RCPT */
	METRICS_TIME_MESSAGE,   /* deciding at the end of a message */
	METRICS_TIME_LOOKUP,    /* answering Postfix's look-ups */
	METRICS_TIME_STORE,     /* a call of the store, waiting included */
	METRICS_TIMERS,
};

/* Values that go up and down. */
enum metrics_gauge {
	METRICS_OPEN_CONNECTIONS,
	METRICS_GAUGES,
};

/* Returns NULL when out of memory. */
struct metrics *metrics_new(void);
/* Frees; sets the pointer to NULL. */
void metrics_free(struct metrics **metrics);

/* Counts one more. This and all functions below are thread-safe. */
void metrics_count(struct metrics *metrics, enum metrics_counter counter);
/* Adds to a value; `by` may be negative. */
void metrics_raise(struct metrics *metrics, enum metrics_gauge gauge,
		   int64_t by);
/* The value now. */
int64_t metrics_gauge_value(const struct metrics *metrics,
			    enum metrics_gauge gauge);

/* Nanoseconds on a clock that nobody sets. */
int64_t metrics_now(void);
/* Counts one more that began then, by metrics_now(), and ends now. */
void metrics_time(struct metrics *metrics, enum metrics_timer timer,
		  int64_t began);

/* Writes all in the text format of Prometheus, version 0.0.4. */
void metrics_write(const struct metrics *metrics, FILE *stream);

#endif
