/* SPDX-License-Identifier: MIT
 *
 * The metrics as they are written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "milter/service/metrics.h"

#define NSECS_PER_MSEC INT64_C(1000000)

static char *written(const struct metrics *metrics)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	metrics_write(metrics, stream);
	assert_int_equal(fclose(stream), 0);
	return text;
}

static void expect_line(const struct metrics *metrics, const char *line)
{
	char *text = written(metrics);
	char wanted[256];

	(void)snprintf(wanted, sizeof(wanted), "\n%s\n", line);
	if (strstr(text, wanted) == NULL)
		fail_msg("\"%s\" is not in:\n%s", line, text);
	free(text);
}

static void counts_are_written(void **state)
{
	struct metrics *metrics = metrics_new();

	(void)state;
	expect_line(metrics, "alumni_milter_lookups_total{result=\"found\"} 0");
	metrics_count(metrics, METRICS_LOOKUP_FOUND);
	metrics_count(metrics, METRICS_LOOKUP_FOUND);
	metrics_count(metrics, METRICS_LOOKUP_FAILED);
	metrics_count(metrics, METRICS_STORE_ERRORS);
	expect_line(metrics, "alumni_milter_lookups_total{result=\"found\"} 2");
	expect_line(metrics,
		    "alumni_milter_lookups_total{result=\"absent\"} 0");
	expect_line(metrics,
		    "alumni_milter_lookups_total{result=\"failed\"} 1");
	expect_line(metrics, "alumni_milter_store_errors_total 1");
	metrics_raise(metrics, METRICS_OPEN_CONNECTIONS, 3);
	metrics_raise(metrics, METRICS_OPEN_CONNECTIONS, -1);
	assert_int_equal(metrics_gauge_value(metrics, METRICS_OPEN_CONNECTIONS),
			 2);
	expect_line(metrics, "alumni_milter_connections 2");
	expect_line(metrics, "# TYPE alumni_milter_connections gauge");
	expect_line(metrics, "# TYPE alumni_milter_lookups_total counter");
	metrics_free(&metrics);
	assert_null(metrics);
}

/* Prometheus refuses a name that is explained twice, or not at all. */
static void every_name_is_explained_once(void **state)
{
	struct metrics *metrics = metrics_new();
	char *text = written(metrics);
	char name[128], help[160];
	size_t names = 0;

	(void)state;
	for (char *line = strtok(text, "\n"); line != NULL;
	     line = strtok(NULL, "\n")) {
		char *all, *found;

		if (sscanf(line, "# TYPE %127s", name) != 1)
			continue;
		names++;
		all = written(metrics);
		(void)snprintf(help, sizeof(help), "# HELP %s ", name);
		found = strstr(all, help);
		assert_non_null(found);
		assert_null(strstr(found + 1, help));
		free(all);
	}
	assert_true(names > 0);
	free(text);
	metrics_free(&metrics);
}

static void the_start_is_told(void **state)
{
	const time_t before = time(NULL);
	struct metrics *metrics = metrics_new();
	char *text = written(metrics);
	const char *line = strstr(text, "\nalumni_milter_start_time_seconds ");
	long long start = 0;

	(void)state;
	assert_non_null(line);
	assert_int_equal(
		sscanf(line, " alumni_milter_start_time_seconds %lld", &start),
		1);
	assert_true(start >= before && start <= time(NULL));
	free(text);
	metrics_free(&metrics);
}

/* Each bucket has all that was not longer. */
static void times_go_into_buckets(void **state)
{
	static const char *const bounds[] = {
		"5e-05", "0.0001", "0.00025", "0.0005", "0.001", "0.0025",
		"0.005", "0.01",   "0.025",   "0.05",   "0.1",   "0.25",
		"0.5",   "1",      "2.5",     "5",      "+Inf"};
	/* Far from every bound, so that a slow machine does not matter. */
	static const int64_t msecs[] = {1700, 3600, 3600, 60000};
	static const unsigned int counts[] = {0, 0, 0, 0, 0, 0, 0, 0, 0,
					      0, 0, 0, 0, 0, 1, 3, 4};
	struct metrics *metrics = metrics_new();
	char line[128];
	char *text;
	double sum = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(msecs) / sizeof(msecs[0]); i++)
		metrics_time(metrics, METRICS_TIME_STORE,
			     metrics_now() - msecs[i] * NSECS_PER_MSEC);
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		(void)snprintf(line, sizeof(line),
			       "alumni_milter_seconds_bucket{step=\"store\","
			       "le=\"%s\"} %u",
			       bounds[i], counts[i]);
		expect_line(metrics, line);
	}
	expect_line(metrics, "alumni_milter_seconds_count{step=\"store\"} 4");
	expect_line(metrics, "alumni_milter_seconds_count{step=\"lookup\"} 0");
	text = written(metrics);
	assert_int_equal(sscanf(strstr(text, "seconds_sum{step=\"store\"}"),
				"seconds_sum{step=\"store\"} %lf", &sum),
			 1);
	assert_true(sum >= 68.9 && sum < 70);
	free(text);
	metrics_free(&metrics);
}

static void nothing_is_counted_without_metrics(void **state)
{
	(void)state;
	metrics_count(NULL, METRICS_CONNECTIONS);
	metrics_raise(NULL, METRICS_OPEN_CONNECTIONS, 1);
	metrics_time(NULL, METRICS_TIME_STORE, 0);
	assert_int_equal(metrics_gauge_value(NULL, METRICS_OPEN_CONNECTIONS),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_written),
		cmocka_unit_test(every_name_is_explained_once),
		cmocka_unit_test(the_start_is_told),
		cmocka_unit_test(times_go_into_buckets),
		cmocka_unit_test(nothing_is_counted_without_metrics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
