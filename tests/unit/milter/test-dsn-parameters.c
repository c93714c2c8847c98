/* SPDX-License-Identifier: MIT
 *
 * NOTIFY and ORCPT of a forwarded recipient.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "milter/plan/dsn-parameters.h"

#define NEVER   DSN_NOTIFY_NEVER
#define SUCCESS DSN_NOTIFY_SUCCESS
#define FAILURE DSN_NOTIFY_FAILURE
#define DELAY   DSN_NOTIFY_DELAY
#define UNSET   DSN_NOTIFY_UNSET

static void notify_is_read(void **state)
{
	static const struct {
		const char *value;
		unsigned int notify;
	} cases[] = {
		{NULL, UNSET},
		{"", UNSET},
		{"NEVER", NEVER},
		{"never", NEVER},
		{"SUCCESS,FAILURE,DELAY", SUCCESS | FAILURE | DELAY},
		{"Delay", DELAY},
		{"DELAY,DELAY", DELAY},
		{"NEVER,DELAY", UNSET},
		{"DELAY,", UNSET},
		{",DELAY", UNSET},
		{"DELAYED", UNSET},
		{"SUCCESS FAILURE", UNSET},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(dsn_notify_parse(cases[i].value),
				 cases[i].notify);
}

static void merging_loses_no_wish(void **state)
{
	static const unsigned int cases[][3] = {
		{UNSET, UNSET, UNSET},
		{NEVER, NEVER, NEVER},
		{NEVER, UNSET, UNSET},
		{NEVER, SUCCESS, SUCCESS},
		{SUCCESS, FAILURE, SUCCESS | FAILURE},
		{SUCCESS, UNSET, SUCCESS | FAILURE | DELAY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(dsn_notify_merge(cases[i][0], cases[i][1]),
				 cases[i][2]);
		assert_int_equal(dsn_notify_merge(cases[i][1], cases[i][0]),
				 cases[i][2]);
	}
}

static void parameters_are_written(void **state)
{
	static const struct {
		const char *orcpt;
		const char *address;
		unsigned int notify;
		const char *expected;
	} cases[] = {
		{NULL, "a@b.example", UNSET, "ORCPT=rfc822;a@b.example"},
		{NULL, "a+b=c@d.example", NEVER,
		 "ORCPT=rfc822;a+2Bb+3Dc@d.example NOTIFY=NEVER"},
		{NULL, "\"a b\"@c.example", UNSET,
		 "ORCPT=rfc822;\"a+20b\"@c.example"},
		{"rfc822;x+40y@z.example", "a@b.example", SUCCESS | DELAY,
		 "ORCPT=rfc822;x+40y@z.example NOTIFY=SUCCESS,DELAY"},
		/* What would be two parameters, or none. */
		{"rfc822;x SIZE=1", "a@b.example", UNSET,
		 "ORCPT=rfc822;a@b.example"},
		{"rfc822;x\r\n", "a@b.example", UNSET,
		 "ORCPT=rfc822;a@b.example"},
		{"", "a@b.example", UNSET, "ORCPT=rfc822;a@b.example"},
	};
	char parameters[DSN_PARAMETERS_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			dsn_parameters_format(cases[i].orcpt, cases[i].address,
					      cases[i].notify, parameters),
			0);
		assert_string_equal(parameters, cases[i].expected);
	}
}

static void what_does_not_fit_is_not_cut(void **state)
{
	char orcpt[2 * DSN_PARAMETERS_BYTES];
	char parameters[DSN_PARAMETERS_BYTES];

	(void)state;
	memset(orcpt, 'x', sizeof(orcpt) - 1);
	orcpt[sizeof(orcpt) - 1] = '\0';
	assert_int_equal(
		dsn_parameters_format(orcpt, "a@b.example", UNSET, parameters),
		-1);
	assert_string_equal(parameters, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notify_is_read),
		cmocka_unit_test(merging_loses_no_wish),
		cmocka_unit_test(parameters_are_written),
		cmocka_unit_test(what_does_not_fit_is_not_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
