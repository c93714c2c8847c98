/* SPDX-License-Identifier: MIT
 *
 * What follows from a directory for its accounts, by a table of cases. The
 * directory is one of this file: directory_list() is defined here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/directory/membership.h"

#define ID       "id-of-the-account"
#define OTHER_ID "id-of-somebody-else"

struct person {
	const char *id, *name, *class_name;
	bool active, denied;
};

struct test_case {
	const char *what;
	struct person people[2];
	/* The account's, before. */
	const char *class_name;
	int64_t denied_at;
	const char *other_id; /* NULL = none */
	/* What is expected. */
	enum membership_change change;
	const char *new_class;
	bool was_member, is_member;
	bool was_suspended, was_readmitted, other_is_news;
	const char *other;
};

static const struct test_case cases[] = {
	{.what = "stays",
	 .people = {{ID, "name", "student", true, false}},
	 .class_name = "student",
	 .change = MEMBERSHIP_UNCHANGED,
	 .new_class = "student",
	 .was_member = true,
	 .is_member = true},
	{.what = "is no longer active",
	 .people = {{ID, "name", "student", false, false}},
	 .class_name = "student",
	 .change = MEMBERSHIP_LEFT,
	 .new_class = "former",
	 .was_member = true},
	{.what = "was deleted",
	 .people = {{OTHER_ID, "another", "student", true, false}},
	 .class_name = "student",
	 .change = MEMBERSHIP_LEFT,
	 .new_class = "former",
	 .was_member = true},
	{.what = "left long ago",
	 .people = {{ID, "name", "student", false, false}},
	 .class_name = "former",
	 .change = MEMBERSHIP_UNCHANGED,
	 .new_class = "former"},
	{.what = "came back",
	 .people = {{ID, "name", "employee", true, false}},
	 .class_name = "former",
	 .change = MEMBERSHIP_CAME_BACK,
	 .new_class = "employee",
	 .is_member = true},
	{.what = "came back without a class",
	 .people = {{ID, "name", "", true, false}},
	 .class_name = "former",
	 .change = MEMBERSHIP_CAME_BACK,
	 .new_class = "alumni",
	 .is_member = true},
	{.what = "changed class",
	 .people = {{ID, "name", "employee", true, false}},
	 .class_name = "student",
	 .change = MEMBERSHIP_CHANGED_CLASS,
	 .new_class = "employee",
	 .was_member = true,
	 .is_member = true},
	{.what = "has no class in the directory",
	 .people = {{ID, "name", "", true, false}},
	 .class_name = "student",
	 .change = MEMBERSHIP_UNCHANGED,
	 .new_class = "student",
	 .was_member = true,
	 .is_member = true},
	{.what = "was suspended, and is not active therefore",
	 .people = {{ID, "name", "student", false, true}},
	 .class_name = "student",
	 .change = MEMBERSHIP_UNCHANGED,
	 .new_class = "student",
	 .was_member = true,
	 .is_member = true,
	 .was_suspended = true},
	{.what = "was suspended, but is active",
	 .people = {{ID, "name", "employee", true, true}},
	 .class_name = "student",
	 .change = MEMBERSHIP_CHANGED_CLASS,
	 .new_class = "employee",
	 .was_member = true,
	 .is_member = true,
	 .was_suspended = true},
	{.what = "is still suspended",
	 .people = {{ID, "name", "student", false, true}},
	 .class_name = "student",
	 .denied_at = 1,
	 .change = MEMBERSHIP_UNCHANGED,
	 .new_class = "student",
	 .was_member = true,
	 .is_member = true},
	{.what = "is no longer suspended",
	 .people = {{ID, "name", "student", true, false}},
	 .class_name = "student",
	 .denied_at = 1,
	 .change = MEMBERSHIP_UNCHANGED,
	 .new_class = "student",
	 .was_member = true,
	 .is_member = true,
	 .was_readmitted = true},
	{.what = "was deleted while suspended",
	 .people = {{OTHER_ID, "another", "student", true, false}},
	 .class_name = "student",
	 .denied_at = 1,
	 .change = MEMBERSHIP_LEFT,
	 .new_class = "former",
	 .was_member = true},
	{.what = "left, and the name was given to another",
	 .people = {{OTHER_ID, "Name@alumni.example", "student", true, false}},
	 .class_name = "student",
	 .change = MEMBERSHIP_LEFT,
	 .new_class = "former",
	 .was_member = true,
	 .other_is_news = true,
	 .other = OTHER_ID},
	{.what = "has a new name, and the old one was given to another",
	 .people = {{ID, "name2", "student", true, false},
		    {OTHER_ID, "name", "student", true, false}},
	 .class_name = "student",
	 .change = MEMBERSHIP_UNCHANGED,
	 .new_class = "student",
	 .was_member = true,
	 .is_member = true,
	 .other_is_news = true,
	 .other = OTHER_ID},
	{.what = "that another has the name is no news",
	 .people = {{ID, "name2", "student", true, false},
		    {OTHER_ID, "name", "student", true, false}},
	 .class_name = "student",
	 .other_id = OTHER_ID,
	 .change = MEMBERSHIP_UNCHANGED,
	 .new_class = "student",
	 .was_member = true,
	 .is_member = true,
	 .other = OTHER_ID},
	{.what = "nobody else has the name any more",
	 .people = {{ID, "name", "student", true, false}},
	 .class_name = "student",
	 .other_id = OTHER_ID,
	 .change = MEMBERSHIP_UNCHANGED,
	 .new_class = "student",
	 .was_member = true,
	 .is_member = true,
	 .other_is_news = true},
	{.what = "left long ago, and was suspended since",
	 .people = {{ID, "name", "student", false, true}},
	 .class_name = "former",
	 .change = MEMBERSHIP_UNCHANGED,
	 .new_class = "former",
	 .was_suspended = true},
};

static const struct person *people;

int directory_list(struct directory *directory, enum directory_list_part part,
		   unsigned int page_entries, directory_list_callback *callback,
		   void *context, struct error *error)
{
	(void)directory;
	(void)page_entries;
	for (size_t i = 0; i < 2 && people[i].id != NULL; i++) {
		struct directory_listed listed = {
			.names = &people[i].name,
			.name_count = 1,
		};

		if ((part == DIRECTORY_LIST_ACTIVE && !people[i].active) ||
		    (part == DIRECTORY_LIST_DENIED && !people[i].denied))
			continue;
		snprintf(listed.entry.id, sizeof(listed.entry.id), "%s",
			 people[i].id);
		snprintf(listed.entry.class_name,
			 sizeof(listed.entry.class_name), "%s",
			 people[i].class_name);
		if (callback(context, &listed, error) < 0)
			return -1;
	}
	return 0;
}

static void expect(const struct test_case *test,
		   const struct membership *membership)
{
	assert_int_equal(membership->change, test->change);
	assert_string_equal(membership->class_name, test->new_class);
	assert_int_equal(membership->was_suspended, test->was_suspended);
	assert_int_equal(membership->was_readmitted, test->was_readmitted);
	assert_int_equal(membership->other_is_news, test->other_is_news);
	if (test->other == NULL)
		assert_null(membership->other_id);
	else
		assert_string_equal(membership->other_id, test->other);
	assert_int_equal(membership->was_member, test->was_member);
	assert_int_equal(membership->is_member, test->is_member);
}

static void judge(const struct test_case *test, struct membership *membership)
{
	static char filter[] = "(active=yes)";
	static char leaver_class[] = "former", default_class[] = "alumni";
	static const char *const domains[] = {"alumni.example", NULL};
	const struct configuration configuration = {
		.leaver_class = leaver_class,
		.default_class = default_class,
	};
	const struct directory_options directory = {.active_filter = filter};
	const struct roster_options options = {
		.directory = &directory,
		.domains = domains,
	};
	struct account account = {.name = "name",
				  .directory_id = ID,
				  .directory = "university",
				  .denied_at = test->denied_at};
	struct roster *roster;

	snprintf(account.class_name, sizeof(account.class_name), "%s",
		 test->class_name);
	if (test->other_id != NULL) {
		snprintf(account.other_directory_id,
			 sizeof(account.other_directory_id), "%s",
			 test->other_id);
		snprintf(account.other_directory,
			 sizeof(account.other_directory), "university");
	}
	people = test->people;
	assert_int_equal(roster_load(NULL, &options, &roster, NULL), 0);
	membership_judge(&configuration, roster, &account, membership);
	expect(test, membership);
	roster_free(&roster);
}

static void memberships_are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct membership membership;

		print_message("%s\n", cases[i].what);
		judge(&cases[i], &membership);
	}
}

static void another_directorys_namesake_is_left_alone(void **state)
{
	static const char *const domains[] = {"alumni.example", NULL};
	static char leaver_class[] = "former";
	const struct configuration configuration = {.leaver_class =
							    leaver_class};
	const struct directory_options directory = {.active_filter = NULL};
	const struct roster_options options = {.directory = &directory,
					       .domains = domains};
	const struct account account = {.name = "name",
					.class_name = "student",
					.directory = "university",
					.directory_id = ID,
					.other_directory = "portal",
					.other_directory_id = OTHER_ID};
	struct membership membership;
	struct roster *roster;

	(void)state;
	people = cases[0].people;
	assert_int_equal(roster_load(NULL, &options, &roster, NULL), 0);
	membership_judge(&configuration, roster, &account, &membership);
	assert_false(membership.other_is_news);
	roster_free(&roster);
}

static void too_few_are_suspicious(void **state)
{
	static const struct {
		struct membership_counts counts;
		unsigned int least_percent;
		bool suspicious;
	} shares[] = {
		{{0, 0, 0}, 70, false},      {{100, 0, 0}, 70, false},
		{{0, 1, 1}, 70, true},       {{0, 1, 1}, 0, true},
		{{5, 1, 1}, 70, false},      {{5, 3, 3}, 100, false},
		{{5, 4, 4}, 70, true},       {{9, 10, 3}, 70, false},
		{{9, 10, 4}, 70, true},      {{900, 1000, 300}, 70, false},
		{{90, 1000, 301}, 70, true}, {{900, 1000, 999}, 0, false},
		{{900, 1000, 4}, 100, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(shares) / sizeof(*shares); i++) {
		if (membership_is_suspicious(&shares[i].counts,
					     shares[i].least_percent) !=
		    shares[i].suspicious)
			fail_msg("case %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memberships_are_judged),
		cmocka_unit_test(another_directorys_namesake_is_left_alone),
		cmocka_unit_test(too_few_are_suspicious),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
