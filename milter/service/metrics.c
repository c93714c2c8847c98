/* SPDX-License-Identifier: MIT
 *
 * Counters and histograms; see milter/service/metrics.h.
 */
#include "milter/service/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PREFIX         "alumni_milter_"
#define NSECS_PER_SEC  1000000000
#define NSECS_PER_USEC 1000

/* Upper bounds; the last bucket has none. */
static const int64_t bounds_usecs[] = {
	50,    100,   250,    500,    1000,   2500,    5000,    10000,
	25000, 50000, 100000, 250000, 500000, 1000000, 2500000, 5000000,
};

#define BOUNDS (sizeof(bounds_usecs) / sizeof(bounds_usecs[0]))

struct histogram {
	atomic_uint_fast64_t buckets[BOUNDS + 1]; /* not cumulative */
	atomic_uint_fast64_t sum_nsecs;
};

struct metrics {
	atomic_uint_fast64_t counters[METRICS_COUNTERS];
	atomic_int_fast64_t gauges[METRICS_GAUGES];
	struct histogram timers[METRICS_TIMERS];
	time_t started_at;
};

struct row {
	const char *name;
	const char *label; /* name="value", or NULL */
	const char *help;  /* with the first of a name */
};

static const struct row counter_rows[METRICS_COUNTERS] = {
	[METRICS_RECIPIENT_TAKEN] = {"recipients_total", "outcome=\"taken\"",
				     "Answers to recipients."},
	[METRICS_RECIPIENT_DISABLED] = {"recipients_total",
					"outcome=\"disabled\"", NULL},
	[METRICS_RECIPIENT_OVER_QUOTA] = {"recipients_total",
					  "outcome=\"over-quota\"", NULL},
	[METRICS_RECIPIENT_SENDER_REFUSED] = {"recipients_total",
					      "outcome=\"sender-refused\"",
					      NULL},
	[METRICS_RECIPIENT_DEFERRED] = {"recipients_total",
					"outcome=\"deferred\"", NULL},
	[METRICS_MESSAGE_UNTOUCHED] = {"messages_total",
				       "outcome=\"untouched\"",
				       "What became of messages."},
	[METRICS_MESSAGE_DECIDED] = {"messages_total", "outcome=\"decided\"",
				     NULL},
	[METRICS_MESSAGE_REFUSED] = {"messages_total", "outcome=\"refused\"",
				     NULL},
	[METRICS_MESSAGE_DEFERRED] = {"messages_total", "outcome=\"deferred\"",
				      NULL},
	[METRICS_MESSAGE_ABORTED] = {"messages_total", "outcome=\"aborted\"",
				     NULL},
	[METRICS_FATE_OTHER] = {"fates_total", "fate=\"other\"",
				"What became of the recipients of decided "
				"messages."},
	[METRICS_FATE_KEPT] = {"fates_total", "fate=\"kept\"", NULL},
	[METRICS_FATE_FORWARDED] = {"fates_total", "fate=\"forwarded\"", NULL},
	[METRICS_FATE_COPIED] = {"fates_total", "fate=\"copied\"", NULL},
	[METRICS_FATE_COPY_LEFT_OUT] = {"fates_total", "fate=\"copy-left-out\"",
					NULL},
	[METRICS_FATE_CAME_BACK] = {"fates_total", "fate=\"came-back\"", NULL},
	[METRICS_FATE_HELD_SPAM] = {"fates_total", "fate=\"held-spam\"", NULL},
	[METRICS_FATE_HELD_LIMIT] = {"fates_total", "fate=\"held-limit\"",
				     NULL},
	[METRICS_FATE_HELD_TARGET] = {"fates_total", "fate=\"held-target\"",
				      NULL},
	[METRICS_FATE_HELD_NOTICE] = {"fates_total", "fate=\"held-notice\"",
				      NULL},
	[METRICS_FATE_OVER_QUOTA] = {"fates_total", "fate=\"over-quota\"",
				     NULL},
	[METRICS_LOOKUP_FOUND] = {"lookups_total", "result=\"found\"",
				  "Look-ups of the mail server."},
	[METRICS_LOOKUP_ABSENT] = {"lookups_total", "result=\"absent\"", NULL},
	[METRICS_LOOKUP_FAILED] = {"lookups_total", "result=\"failed\"", NULL},
	[METRICS_STORE_ERRORS] = {"store_errors_total", NULL,
				  "Calls of the store that failed."},
	[METRICS_SENDING_BLOCKED] = {"sending_blocked_total", NULL,
				     "Accounts whose sending was blocked for "
				     "passing a limit."},
	[METRICS_CONNECTIONS] = {"connections_total", NULL,
				 "Connections of the mail server to the "
				 "filter."},
	[METRICS_CONNECTIONS_REFUSED] = {"connections_refused_total", NULL,
					 "Connections past the bound, whose "
					 "mail was deferred."},
	[METRICS_RELOAD_DONE] = {"reloads_total", "result=\"done\"",
				 "Times that the configuration was read "
				 "anew."},
	[METRICS_RELOAD_FAILED] = {"reloads_total", "result=\"failed\"", NULL},
};

static const struct row gauge_rows[METRICS_GAUGES] = {
	[METRICS_OPEN_CONNECTIONS] = {"connections", NULL,
				      "Connections of the mail server to the "
				      "filter that are open."},
};

static const char *const timer_labels[METRICS_TIMERS] = {
	[METRICS_TIME_RECIPIENT] = "recipient",
	[METRICS_TIME_MESSAGE] = "message",
	[METRICS_TIME_LOOKUP] = "lookup",
	[METRICS_TIME_STORE] = "store",
};

struct metrics *metrics_new(void)
{
	struct metrics *metrics = calloc(1, sizeof(*metrics));

	if (metrics != NULL)
		metrics->started_at = time(NULL);
	return metrics;
}

void metrics_free(struct metrics **metrics)
{
	free(*metrics);
	*metrics = NULL;
}

void metrics_count(struct metrics *metrics, enum metrics_counter counter)
{
	if (metrics != NULL)
		(void)atomic_fetch_add_explicit(&metrics->counters[counter], 1,
						memory_order_relaxed);
}

void metrics_raise(struct metrics *metrics, enum metrics_gauge gauge,
		   int64_t by)
{
	if (metrics != NULL)
		(void)atomic_fetch_add_explicit(&metrics->gauges[gauge], by,
						memory_order_relaxed);
}

int64_t metrics_gauge_value(const struct metrics *metrics,
			    enum metrics_gauge gauge)
{
	if (metrics == NULL)
		return 0;
	return atomic_load_explicit(&metrics->gauges[gauge],
				    memory_order_relaxed);
}

int64_t metrics_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NSECS_PER_SEC + now.tv_nsec;
}

void metrics_time(struct metrics *metrics, enum metrics_timer timer,
		  int64_t began)
{
	int64_t nsecs;
	size_t bucket = 0;

	if (metrics == NULL)
		return;
	nsecs = metrics_now() - began;
	while (bucket < BOUNDS && nsecs > bounds_usecs[bucket] * NSECS_PER_USEC)
		bucket++;
	(void)atomic_fetch_add_explicit(&metrics->timers[timer].buckets[bucket],
					1, memory_order_relaxed);
	(void)atomic_fetch_add_explicit(&metrics->timers[timer].sum_nsecs,
					(uint_fast64_t)nsecs,
					memory_order_relaxed);
}

/* ---- output ---- */

static void write_head(FILE *stream, const char *name, const char *type,
		       const char *help)
{
	(void)fprintf(stream,
		      "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", name,
		      help, name, type);
}

static void write_row(FILE *stream, const struct row *row, const char *type,
		      int64_t value)
{
	if (row->help != NULL)
		write_head(stream, row->name, type, row->help);
	if (row->label == NULL)
		(void)fprintf(stream, PREFIX "%s %" PRId64 "\n", row->name,
			      value);
	else
		(void)fprintf(stream, PREFIX "%s{%s} %" PRId64 "\n", row->name,
			      row->label, value);
}

static void write_timer(FILE *stream, const struct histogram *histogram,
			const char *label)
{
	uint64_t count = 0;

	for (size_t i = 0; i <= BOUNDS; i++) {
		count += atomic_load_explicit(&histogram->buckets[i],
					      memory_order_relaxed);
		(void)fprintf(stream, PREFIX "seconds_bucket{step=\"%s\",le=\"",
			      label);
		if (i < BOUNDS)
			(void)fprintf(stream, "%g",
				      (double)bounds_usecs[i] / 1e6);
		else
			(void)fprintf(stream, "+Inf");
		(void)fprintf(stream, "\"} %" PRIu64 "\n", count);
	}
	(void)fprintf(stream,
		      PREFIX "seconds_sum{step=\"%s\"} %.9f\n" PREFIX
			     "seconds_count{step=\"%s\"} %" PRIu64 "\n",
		      label,
		      (double)atomic_load_explicit(&histogram->sum_nsecs,
						   memory_order_relaxed) /
			      NSECS_PER_SEC,
		      label, count);
}

void metrics_write(const struct metrics *metrics, FILE *stream)
{
	write_head(stream, "build_info", "gauge", "The program.");
	(void)fprintf(stream, PREFIX "build_info{version=\"%s\"} 1\n",
		      ALUMNI_VERSION);
	write_head(stream, "start_time_seconds", "gauge",
		   "When the program started, Unix seconds.");
	(void)fprintf(stream, PREFIX "start_time_seconds %lld\n",
		      (long long)metrics->started_at);
	for (size_t i = 0; i < METRICS_COUNTERS; i++)
		write_row(stream, &counter_rows[i], "counter",
			  (int64_t)atomic_load_explicit(&metrics->counters[i],
							memory_order_relaxed));
	for (size_t i = 0; i < METRICS_GAUGES; i++)
		write_row(stream, &gauge_rows[i], "gauge",
			  metrics_gauge_value(metrics, (enum metrics_gauge)i));
	write_head(stream, "seconds", "histogram", "How long steps took.");
	for (size_t i = 0; i < METRICS_TIMERS; i++)
		write_timer(stream, &metrics->timers[i], timer_labels[i]);
}
