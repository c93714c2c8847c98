/* SPDX-License-Identifier: MIT
 *
 * Gathers and prints how full the accounts are; see
 * ctl/commands/usage-report.h.
 */
#include "ctl/commands/usage-report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/common/account-view.h"
#include "ctl/common/report.h"
#include "lib/configuration/limits.h"
#include "lib/mail/quota.h"

#define BAR_CELLS 40

struct usage_report *usage_report_new(const struct configuration *configuration,
				      size_t top_max)
{
	struct usage_report *report = calloc(1, sizeof(*report));

	if (report == NULL)
		return NULL;
	report->configuration = configuration;
	report->class_count = configuration->class_count + 1;
	report->classes = calloc(report->class_count, sizeof(*report->classes));
	report->top_max = top_max;
	report->top = calloc(top_max + 1, sizeof(*report->top));
	if (report->classes == NULL || report->top == NULL) {
		usage_report_free(&report);
		return NULL;
	}
	for (size_t i = 0; i < configuration->class_count; i++)
		report->classes[i].name = configuration->classes[i].name;
	report->classes[configuration->class_count].name = "all";
	return report;
}

void usage_report_free(struct usage_report **_report)
{
	struct usage_report *report = *_report;

	free(report->classes);
	free(report->top);
	free(report);
	*_report = NULL;
}

/* How much of its quota an account uses, in percent; negative when it is
   unlimited. */
static double usage_percent(const struct account *account,
			    const struct configuration *configuration)
{
	int64_t limit = limits_quota(account, configuration);

	if (limit <= 0)
		return -1;
	return 100.0 * (double)account->usage_bytes / (double)limit;
}

static int64_t sum(int64_t a, int64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

static void add_to_class(struct usage_class *class,
			 const struct account *account, int64_t limit)
{
	class->accounts++;
	class->bytes = sum(class->bytes, account->usage_bytes);
	class->messages = sum(class->messages, account->usage_messages);
	class->quota_bytes = sum(class->quota_bytes, limit);
	if (limit == 0)
		class->unlimited++;
}

/* True if a comes before b: by the share of the quota, then by size. */
static bool is_fuller(const struct usage_report *report,
		      const struct account *a, const struct account *b)
{
	double share_a = usage_percent(a, report->configuration);
	double share_b = usage_percent(b, report->configuration);

	if (share_a > share_b || share_a < share_b)
		return share_a > share_b;
	return a->usage_bytes > b->usage_bytes;
}

static void add_to_top(struct usage_report *report,
		       const struct account *account)
{
	size_t place = report->top_count;

	while (place > 0 && is_fuller(report, account, &report->top[place - 1]))
		place--;
	if (place >= report->top_max)
		return;
	memmove(&report->top[place + 1], &report->top[place],
		(report->top_count - place) * sizeof(*report->top));
	report->top[place] = *account;
	/* There is room for one more than is kept. */
	if (report->top_count < report->top_max)
		report->top_count++;
}

void usage_report_add(struct usage_report *report,
		      const struct account *account)
{
	const struct configuration *configuration = report->configuration;
	const struct class_options *class = configuration_class_or_default(
		configuration, account->class_name);
	size_t class_index = (size_t)(class - configuration->classes);
	int64_t limit = limits_quota(account, configuration);
	double percent = usage_percent(account, configuration);

	add_to_class(&report->classes[class_index], account, limit);
	add_to_class(&report->classes[configuration->class_count], account,
		     limit);
	if (percent < 0)
		report->unlimited++;
	else if (percent >= 100)
		report->tenths[USAGE_TENTHS - 1]++;
	else
		report->tenths[(size_t)(percent / 10)]++;
	add_to_top(report, account);
}

/* ---- as text ---- */

static void print_top(const struct usage_report *report)
{
	printf("%-24s %-12s %10s %10s %6s\n", "FULLEST ACCOUNTS", "CLASS",
	       "USED", "QUOTA", "FULL");
	for (size_t i = 0; i < report->top_count; i++) {
		const struct account *account = &report->top[i];
		double percent = usage_percent(account, report->configuration);
		char used[QUOTA_TEXT_BYTES], quota[QUOTA_TEXT_BYTES];
		char share[QUOTA_TEXT_BYTES] = "-";

		mail_quota_format(account->usage_bytes, used, sizeof(used));
		quota_text(limits_quota(account, report->configuration), quota);
		if (percent >= 0)
			snprintf(share, sizeof(share), "%.0f %%", percent);
		printf("%-24s %-12s %10s %10s %6s\n", account->name,
		       account->class_name, used, quota, share);
	}
}

static void print_bar(const char *label, int64_t count, int64_t largest)
{
	int cells =
		largest == 0
			? 0
			: (int)((double)count * BAR_CELLS / (double)largest);

	/* Few is not none. */
	if (count > 0 && cells == 0)
		cells = 1;
	printf("%-12s %8" PRId64 "%s", label, count, cells > 0 ? "  " : "");
	for (int i = 0; i < cells; i++)
		putchar('#');
	putchar('\n');
}

static void tenth_label(size_t tenth, char label_r[QUOTA_TEXT_BYTES])
{
	if (tenth == USAGE_TENTHS - 1)
		snprintf(label_r, QUOTA_TEXT_BYTES, "100 %%");
	else
		snprintf(label_r, QUOTA_TEXT_BYTES, "%zu-%zu %%", tenth * 10,
			 tenth * 10 + 9);
}

static void print_histogram(const struct usage_report *report)
{
	int64_t largest = report->unlimited;
	char label[QUOTA_TEXT_BYTES];

	for (size_t i = 0; i < USAGE_TENTHS; i++) {
		if (report->tenths[i] > largest)
			largest = report->tenths[i];
	}
	printf("%-12s %8s\n", "HOW FULL", "ACCOUNTS");
	for (size_t i = 0; i < USAGE_TENTHS; i++) {
		tenth_label(i, label);
		print_bar(label, report->tenths[i], largest);
	}
	print_bar("unlimited", report->unlimited, largest);
}

static void print_classes(const struct usage_report *report)
{
	printf("%-12s %10s %12s %10s %10s %10s\n", "CLASS", "ACCOUNTS",
	       "MESSAGES", "USED", "QUOTA", "UNLIMITED");
	for (size_t i = 0; i < report->class_count; i++) {
		const struct usage_class *class = &report->classes[i];
		char used[QUOTA_TEXT_BYTES], quota[QUOTA_TEXT_BYTES];

		mail_quota_format(class->bytes, used, sizeof(used));
		mail_quota_format(class->quota_bytes, quota, sizeof(quota));
		printf("%-12s %10" PRId64 " %12" PRId64 " %10s %10s %10" PRId64
		       "\n",
		       class->name, class->accounts, class->messages, used,
		       quota, class->unlimited);
	}
}

void usage_report_print(const struct usage_report *report)
{
	if (report->top_count > 0) {
		print_top(report);
		putchar('\n');
	}
	print_histogram(report);
	putchar('\n');
	print_classes(report);
}

/* ---- for programs ---- */

static void add_number(struct json_object *object, const char *key,
		       int64_t number)
{
	json_object_object_add(object, key, json_object_new_int64(number));
}

/* null, not 0, for what has no limit */
static void add_limit(struct json_object *object, const char *key,
		      int64_t limit)
{
	if (limit > 0)
		add_number(object, key, limit);
	else
		json_object_object_add(object, key, NULL);
}

static struct json_object *top_json(const struct usage_report *report)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < report->top_count; i++) {
		const struct account *account = &report->top[i];
		struct json_object *object = json_object_new_object();

		json_add_text(object, "name", account->name);
		json_add_text(object, "class", account->class_name);
		add_number(object, "bytes", account->usage_bytes);
		add_number(object, "messages", account->usage_messages);
		add_limit(object, "quota_bytes",
			  limits_quota(account, report->configuration));
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *histogram_json(const struct usage_report *report)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < USAGE_TENTHS; i++) {
		struct json_object *object = json_object_new_object();

		add_number(object, "from_percent", (int64_t)i * 10);
		add_number(object, "accounts", report->tenths[i]);
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *class_json(const struct usage_class *class)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "class", class->name);
	add_number(object, "accounts", class->accounts);
	add_number(object, "messages", class->messages);
	add_number(object, "bytes", class->bytes);
	add_number(object, "quota_bytes", class->quota_bytes);
	add_number(object, "unlimited", class->unlimited);
	return object;
}

int usage_report_print_json(const struct usage_report *report)
{
	struct json_object *object = json_object_new_object();
	struct json_object *classes = json_object_new_array();
	size_t all = report->class_count - 1;
	struct json_object *total = class_json(&report->classes[all]);

	for (size_t i = 0; i < all; i++)
		json_object_array_add(classes, class_json(&report->classes[i]));
	json_object_object_del(total, "class");
	json_object_object_add(object, "fullest", top_json(report));
	json_object_object_add(object, "histogram", histogram_json(report));
	add_number(object, "unlimited", report->unlimited);
	json_object_object_add(object, "classes", classes);
	json_object_object_add(object, "total", total);
	return json_print(object);
}

void usage_csv_print_head(void)
{
	fputs("name,class,bytes,messages,quota_bytes\r\n", stdout);
}

/* A name is quoted where it must be, whatever names may hold one day. */
static void print_quoted(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	putchar('"');
}

void usage_csv_print_row(const struct account *account,
			 const struct configuration *configuration)
{
	int64_t limit = limits_quota(account, configuration);

	print_quoted(account->name);
	putchar(',');
	print_quoted(account->class_name);
	printf(",%" PRId64 ",%" PRId64 ",", account->usage_bytes,
	       account->usage_messages);
	if (limit > 0)
		printf("%" PRId64, limit);
	fputs("\r\n", stdout);
}
