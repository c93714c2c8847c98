/* SPDX-License-Identifier: MIT
 *
 * Headers that keep mail from being forwarded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "milter/plan/spam-marks.h"

static char *marks[] = {"X-Spam: Yes", "X-Spam-Flag:YES", NULL};
static char authserv_id[] = "mail.alumni.example";

#define AR   "Authentication-Results"
#define MINE "mail.alumni.example; "

static const struct {
	const char *name;
	const char *value;
	enum suspicion suspicion;
} headers[] = {
	{"X-Spam", "Yes", SUSPICION_SPAM},
	{"x-spam", " yes ", SUSPICION_SPAM},
	{"X-Spam", "Yes, score=7.1", SUSPICION_SPAM},
	{"X-Spam", "\n\tYes", SUSPICION_SPAM},
	{"X-Spam", "Yesterday", SUSPICION_NONE},
	{"X-Spam", "No", SUSPICION_NONE},
	{"X-Spam", "", SUSPICION_NONE},
	{"X-Spam-Status", "Yes", SUSPICION_NONE},
	{"X-Spa", "Yes", SUSPICION_NONE},
	{"X-Spam-Flag", "YES", SUSPICION_SPAM},
	{"Subject", "X-Spam: Yes", SUSPICION_NONE},
	/* rspamd */
	{AR,
	 MINE "dkim=none; spf=fail; dmarc=fail reason=\"SPF not "
	      "aligned (relaxed)\" header.from=x.example "
	      "(policy=reject)",
	 SUSPICION_DMARC},
	{AR,
	 MINE "dmarc=fail header.from=x.example "
	      "(policy=quarantine)",
	 SUSPICION_DMARC},
	{AR, MINE "dmarc=fail header.from=x.example (policy=none)",
	 SUSPICION_NONE},
	{AR, MINE "dmarc=pass (policy=reject) header.from=x.example",
	 SUSPICION_NONE},
	/* OpenDMARC */
	{"authentication-results",
	 MINE "\n\tdmarc=fail (p=reject dis=none) "
	      "header.from=x.example",
	 SUSPICION_DMARC},
	/* Others */
	{AR,
	 MINE "dmarc=fail policy.published-domain-policy=reject "
	      "header.from=x.example",
	 SUSPICION_DMARC},
	{AR, "mail.alumni.example 1; DMARC = FAIL (p=REJECT)", SUSPICION_DMARC},
	{AR,
	 "(a; comment) \"Mail.Alumni.Example\"; dmarc/1=fail "
	 "(p=quarantine,sp=none)",
	 SUSPICION_DMARC},
	{AR,
	 "mail.alumni.example; spf=pass; dmarc (why) = (so) fail "
	 "(p=reject)",
	 SUSPICION_DMARC},
	{AR, MINE "none", SUSPICION_NONE},
	{AR, MINE, SUSPICION_NONE},
	{AR, "", SUSPICION_NONE},
	{AR, "other.example; dmarc=fail (p=reject)", SUSPICION_NONE},
	{AR, "mail.alumni.example.evil; dmarc=fail (p=reject)", SUSPICION_NONE},
	{AR, "; dmarc=fail (p=reject)", SUSPICION_NONE},
	/* The policy of another method, or in a reason. */
	{AR, MINE "dmarc=fail; arc=fail (p=reject)", SUSPICION_NONE},
	{AR, MINE "dmarc=fail reason=\"; p=reject\" (p=none)", SUSPICION_NONE},
	{AR, MINE "dkim=fail reason=\"; dmarc=fail (p=reject)\"",
	 SUSPICION_NONE},
	{AR, MINE "(dmarc=fail p=reject)", SUSPICION_NONE},
	{AR, MINE "xdmarc=fail (p=reject)", SUSPICION_NONE},
	{AR, MINE "dmarc=failed (p=reject)", SUSPICION_NONE},
	{AR, MINE "dmarc=fail (np=reject p=rejected)", SUSPICION_NONE},
	/* What is escaped ends nothing. */
	{AR, MINE "dmarc=fail reason=\"a \\\" p=reject\" (p=none)",
	 SUSPICION_NONE},
	{AR, MINE "dkim=fail reason=\"a \\\"; dmarc=fail (p=reject)\"",
	 SUSPICION_NONE},
	{AR, MINE "dkim=fail reason=\"a \\\\\"; dmarc=fail (p=reject)",
	 SUSPICION_DMARC},
	{AR, MINE "dkim=fail reason=\"a \\\" b\"; dmarc=fail (p=reject)",
	 SUSPICION_DMARC},
	{AR, MINE "(a \\); dmarc=fail (p=reject))", SUSPICION_NONE},
	{AR, MINE "spf=pass (a \\( b); dmarc=fail (p=reject)", SUSPICION_DMARC},
	/* Comments in comments */
	{AR, MINE "spf=pass (a (b) ; dmarc=fail (p=reject))", SUSPICION_NONE},
	{AR, MINE "spf=pass (a (b (c)) d); dmarc=fail (p=reject)",
	 SUSPICION_DMARC},
	{AR, "(a (b) other.example;) " MINE "dmarc=fail (p=reject)",
	 SUSPICION_DMARC},
	/* Unclosed */
	{AR, MINE "dmarc=fail (p=reject", SUSPICION_DMARC},
	{AR, MINE "dmarc=fail \"p=reject", SUSPICION_NONE},
	{AR, "mail.alumni.example (; dmarc=fail (p=reject)", SUSPICION_NONE},
	{AR, "\"mail.alumni.example; dmarc=fail (p=reject)", SUSPICION_NONE},
	{AR, MINE "dmarc=fail (p=reject\\", SUSPICION_NONE},
};

static void headers_are_judged(void **state)
{
	const struct configuration configuration = {
		.spam_headers = marks,
		.authserv_id = authserv_id,
	};
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		enum suspicion got = spam_marks_judge(
			&configuration, headers[i].name, headers[i].value);

		if (got == headers[i].suspicion)
			continue;
		print_error("%s: %s: got %d\n", headers[i].name,
			    headers[i].value, (int)got);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void nothing_counts_unless_it_is_configured(void **state)
{
	const struct configuration configuration = {.authserv_id = NULL};

	(void)state;
	assert_int_equal(spam_marks_judge(&configuration, "X-Spam", "Yes"),
			 SUSPICION_NONE);
	assert_int_equal(spam_marks_judge(&configuration, AR,
					  MINE "dmarc=fail (p=reject)"),
			 SUSPICION_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_judged),
		cmocka_unit_test(nothing_counts_unless_it_is_configured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
