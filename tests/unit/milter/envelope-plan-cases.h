/* SPDX-License-Identifier: MIT
 *
 * The tables of the envelope plan: what is given, and what must come of it.
 * The accounts that the addresses name are those of
 * tests/unit/milter/test-envelope-plan.c.
 */
#ifndef ALUMNI_TESTS_UNIT_MILTER_ENVELOPE_PLAN_CASES_H
#define ALUMNI_TESTS_UNIT_MILTER_ENVELOPE_PLAN_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/configuration/configuration.h"
#include "milter/plan/spam-marks.h"

#define RECIPIENTS_MAX 4
#define KB             1024

struct test_recipient {
	const char *address; /* NULL ends the list */
	const char *orcpt;
	const char *notify;
	bool is_role;
	bool came_back;
	int64_t forwarded_today;
};

enum source { SMTP, LOGIN, INTERNAL };

struct test_case {
	const char *name;
	const char *sender; /* NULL = <x@remote.example> */
	enum source source;
	int64_t size;
	enum over_quota_copy over_quota_copy;
	int64_t grace;
	unsigned int limit; /* forward_messages_per_day */
	enum suspicion suspicion;
	bool is_notice;
	bool from_is_foreign;
	bool any_from; /* submission_check_from = no */
	const char *over_quota_text;
	struct test_recipient recipients[RECIPIENTS_MAX + 1];
	/* The code, or "" when nothing is refused, then " edit" for each, then
	   " srs=" if the sender could not be rewritten. */
	const char *expected;
	/* What the log calls the fates of the recipients, with a blank between;
	   NULL where only the edits matter. */
	const char *fates;
};

#define SEND_ONE(...)                                                          \
	{                                                                      \
		{                                                              \
			__VA_ARGS__                                            \
		}                                                              \
	}

/* What one recipient is answered. */
extern const struct test_case recipient_cases[];
extern const size_t recipient_case_count;

/* What becomes of a message. */
extern const struct test_case message_cases[];
extern const size_t message_case_count;

/* The same, where something holds it back: marks, limits, From. */
extern const struct test_case hold_cases[];
extern const size_t hold_case_count;

#endif
