/* SPDX-License-Identifier: MIT
 *
 * How full the accounts are: the fullest ones, how many are how full, and sums
 * by class, gathered from one pass over all accounts.
 */
#ifndef ALUMNI_CTL_COMMANDS_USAGE_REPORT_H
#define ALUMNI_CTL_COMMANDS_USAGE_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/account/account.h"
#include "lib/configuration/configuration.h"

#define USAGE_TOP_MAX 1000
/* Tenths of a quota, the last one open: full and beyond. */
#define USAGE_TENTHS 11

struct usage_class {
	const char *name;
	int64_t accounts;
	int64_t bytes;
	int64_t messages;
	int64_t quota_bytes; /* of those with a limit */
	int64_t unlimited;   /* accounts without one */
};

struct usage_report {
	const struct configuration *configuration;
	int64_t tenths[USAGE_TENTHS];
	int64_t unlimited;
	/* In the order of the configuration; the last holds the sums. */
	struct usage_class *classes;
	size_t class_count;
	/* The fullest first. */
	struct account *top;
	size_t top_count, top_max;
};

/* Makes an empty report that keeps the top_max fullest accounts, USAGE_TOP_MAX
   at most. The configuration must outlive it. Returns NULL when memory runs
   out. */
struct usage_report *usage_report_new(const struct configuration *configuration,
				      size_t top_max);
/* Frees the report; sets the pointer to NULL. */
void usage_report_free(struct usage_report **report);
/* Counts an account. */
void usage_report_add(struct usage_report *report,
		      const struct account *account);

/* Writes the report as text, for people. */
void usage_report_print(const struct usage_report *report);
/* Prints the report as JSON. Returns an exit status. */
int usage_report_print_json(const struct usage_report *report);

/* Prints the names of the columns, comma-separated (RFC 4180). */
void usage_csv_print_head(void);
/* Prints an account's line below them. */
void usage_csv_print_row(const struct account *account,
			 const struct configuration *configuration);

#endif
