/* SPDX-License-Identifier: MIT
 *
 * Which limits hold for an account.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/configuration/limits.h"

static struct class_options classes[] = {
	{.name = (char *)"alumni",
	 .quota = 2000,
	 .quota_messages = 20,
	 .trash_retention = 700},
	{.name = (char *)"student",
	 .quota = 50,
	 .quota_messages = 0,
	 .trash_retention = 0},
	{.name = (char *)"staff",
	 .quota = 0,
	 .quota_messages = 7,
	 .trash_retention = 300},
};

static const struct configuration configuration = {
	.default_class = (char *)"alumni",
	.classes = classes,
	.class_count = 3,
};

static void the_own_limit_goes_before_the_classs(void **state)
{
	static const struct {
		struct account account;
		int64_t quota, messages, retention;
	} cases[] = {
		{{.class_name = "alumni"}, 2000, 20, 700},
		{{.class_name = "student"}, 50, 0, 0},
		{{.class_name = "staff"}, 0, 7, 300},
		/* The default class's, where there is none of that name. */
		{{.class_name = "gone"}, 2000, 20, 700},
		{{.class_name = ""}, 2000, 20, 700},
		{{.class_name = "student",
		  .has_own_quota = true,
		  .own_quota = 9,
		  .has_own_retention = true,
		  .own_retention = 8},
		 9,
		 0,
		 8},
		/* 0 of one's own is unlimited, and for ever. */
		{{.class_name = "alumni",
		  .has_own_quota = true,
		  .has_own_retention = true},
		 0,
		 20,
		 0},
		/* What is left of one that was cleared. */
		{{.class_name = "alumni", .own_quota = 9, .own_retention = 8},
		 2000,
		 20,
		 700},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct account *account = &cases[i].account;

		if (limits_quota(account, &configuration) != cases[i].quota ||
		    limits_messages(account, &configuration) !=
			    cases[i].messages ||
		    limits_retention(account, &configuration) !=
			    cases[i].retention)
			fail_msg("case %zu", i);
	}
}

static void the_shortest_retention_is_not_none(void **state)
{
	static struct class_options keep[] = {
		{.name = (char *)"a"},
		{.name = (char *)"b"},
	};
	struct configuration other = configuration;

	(void)state;
	assert_int_equal(limits_shortest_retention(&configuration), 300);
	/* In whatever order. */
	other.classes = classes + 1;
	other.class_count = 2;
	assert_int_equal(limits_shortest_retention(&other), 300);
	other.classes = classes;
	other.class_count = 1;
	assert_int_equal(limits_shortest_retention(&other), 700);
	other.classes = keep;
	other.class_count = 2;
	assert_int_equal(limits_shortest_retention(&other), 0);
	keep[1].trash_retention = 1;
	assert_int_equal(limits_shortest_retention(&other), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_own_limit_goes_before_the_classs),
		cmocka_unit_test(the_shortest_retention_is_not_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
