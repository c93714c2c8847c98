/* SPDX-License-Identifier: MIT
 *
 * What a directory sync finds out about all accounts, and what it changes. The
 * two directories are of this file: directory_open() and directory_list() are
 * defined here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sysexits.h>

#include "ctl/commands/sync-plan.h"
#include "tests/unit/store/store-fixture.h"

#define PEOPLE_MAX 8

struct person {
	const char *id, *name, *class_name;
	bool is_denied;
};

struct directory {
	const char *name;
	const struct person *people;
};

static const struct person students[PEOPLE_MAX] = {
	{"s1", "stays", "student", false},
	{"s2", "new-class", "employee", false},
	{"s3", "back", "student", false},
	{"s4", "suspended", "student", true},
	{"s5", "readmitted", "student", false},
	{"s6", "given", "student", false},
};
static const struct person staff[PEOPLE_MAX] = {
	{"t1", "worker", "employee", false},
};

static char university[] = "university", hospital[] = "hospital";
static char filter[] = "(active=1)", deny[] = "(denied=1)";
static char domain[] = "alumni.example";
static char *domains[] = {domain, NULL};
static char alumni[] = "alumni", former[] = "former";
static struct directory_options directories[] = {
	{.name = university, .active_filter = filter, .deny_filter = deny},
	{.name = hospital, .active_filter = filter, .deny_filter = deny},
};
static struct configuration configuration = {
	.domains = domains,
	.default_class = alumni,
	.leaver_class = former,
	.sync_least_percent = 70,
	.directories = directories,
	.directory_count = 2,
};
static struct invocation invocation = {.configuration = &configuration};
static struct store *store;
static bool is_down;

/* ---- the directories ---- */

int directory_open(const struct directory_options *options,
		   struct directory **directory_r, struct error *error)
{
	struct directory *directory = calloc(1, sizeof(*directory));

	(void)error;
	assert_non_null(directory);
	directory->name = options->name;
	directory->people =
		strcmp(options->name, university) == 0 ? students : staff;
	*directory_r = directory;
	return 0;
}

void directory_close(struct directory **directory)
{
	free(*directory);
	*directory = NULL;
}

const char *directory_name(const struct directory *directory)
{
	return directory->name;
}

static int list_one(const struct person *person,
		    directory_list_callback *callback, void *context,
		    struct error *error)
{
	const char *const names[] = {person->name};
	struct directory_listed listed = {.names = names, .name_count = 1};

	snprintf(listed.entry.id, sizeof(listed.entry.id), "%s", person->id);
	snprintf(listed.entry.class_name, sizeof(listed.entry.class_name), "%s",
		 person->class_name);
	return callback(context, &listed, error);
}

int directory_list(struct directory *directory, enum directory_list_part part,
		   unsigned int page_entries, directory_list_callback *callback,
		   void *context, struct error *error)
{
	(void)page_entries;
	if (is_down)
		return error_set(error, "%s does not answer", directory->name);
	for (size_t i = 0; i < PEOPLE_MAX; i++) {
		const struct person *person = &directory->people[i];

		if (person->id != NULL &&
		    (part != DIRECTORY_LIST_DENIED || person->is_denied) &&
		    list_one(person, callback, context, error) < 0)
			return -1;
	}
	return 0;
}

/* ---- the accounts ---- */

static void add(const char *name, const char *class_name, const char *directory,
		const char *id)
{
	struct account account = {.enabled = true};
	struct error error = {""};

	snprintf(account.name, sizeof(account.name), "%s", name);
	snprintf(account.class_name, sizeof(account.class_name), "%s",
		 class_name);
	snprintf(account.directory, sizeof(account.directory), "%s", directory);
	snprintf(account.directory_id, sizeof(account.directory_id), "%s", id);
	if (store_account_add(store, &account, 1, &error) != STORE_ADDED)
		fail_msg("%s: %s", name, error.text);
}

static struct account read_account(const char *name)
{
	struct account account;

	assert_int_equal(store_account_by_name(store, name, &account, NULL), 1);
	return account;
}

static void add_accounts(void)
{
	add("alone", "alumni", "", "");
	add("back", "former", "university", "s3");
	add("gone", "student", "university", "s9");
	/* The name is that of s6, who came later. */
	add("given", "student", "university", "s8");
	add("long-gone", "former", "university", "s7");
	add("new-class", "student", "university", "s2");
	add("lost", "student", "portal", "x1");
	add("readmitted", "student", "university", "s5");
	add("stays", "student", "university", "s1");
	add("suspended", "student", "university", "s4");
	add("worker", "employee", "hospital", "t1");
	assert_int_equal(store_account_set_denied(
				 store, read_account("readmitted").id, 5, NULL),
			 1);
}

static int set_up(void **state)
{
	if (store_fixture_set_up(state) != 0)
		return -1;
	store = store_fixture_open_all(state);
	invocation.store = store;
	is_down = false;
	add_accounts();
	return 0;
}

static int tear_down(void **state)
{
	store_close(&store);
	return store_fixture_tear_down(state);
}

/* ---- tests ---- */

static const struct sync_change *find(const struct sync_plan *plan,
				      const char *name)
{
	for (size_t i = 0; i < plan->change_count; i++) {
		if (strcmp(plan->changes[i].name, name) == 0)
			return &plan->changes[i];
	}
	return NULL;
}

static const struct {
	const char *name;
	enum membership_change change;
	const char *old_class, *new_class, *other_id;
	bool was_suspended, was_readmitted;
} expected[] = {
	{"back", MEMBERSHIP_CAME_BACK, "former", "student", NULL, false, false},
	{"given", MEMBERSHIP_LEFT, "student", "former", "s6", false, false},
	{"gone", MEMBERSHIP_LEFT, "student", "former", NULL, false, false},
	{"new-class", MEMBERSHIP_CHANGED_CLASS, "student", "employee", NULL,
	 false, false},
	{"readmitted", MEMBERSHIP_UNCHANGED, "student", "student", NULL, false,
	 true},
	{"suspended", MEMBERSHIP_UNCHANGED, "student", "student", NULL, true,
	 false},
};

#define EXPECTED (sizeof(expected) / sizeof(*expected))

static void what_changes_is_planned(void **state)
{
	struct sync_plan plan;

	(void)state;
	assert_int_equal(sync_plan_make(&invocation, &plan), EX_OK);
	assert_int_equal(plan.change_count, EXPECTED);
	for (size_t i = 0; i < EXPECTED; i++) {
		const struct sync_change *change =
			find(&plan, expected[i].name);

		if (change == NULL)
			fail_msg("%s is missing", expected[i].name);
		assert_int_equal(change->change, expected[i].change);
		assert_int_equal(change->directory, 0);
		assert_string_equal(change->old_class, expected[i].old_class);
		assert_string_equal(change->new_class, expected[i].new_class);
		assert_int_equal(change->was_suspended,
				 expected[i].was_suspended);
		assert_int_equal(change->was_readmitted,
				 expected[i].was_readmitted);
		assert_int_equal(change->other_is_news,
				 expected[i].other_id != NULL);
		if (expected[i].other_id == NULL)
			assert_null(change->other_id);
		else
			assert_string_equal(change->other_id,
					    expected[i].other_id);
	}
	sync_plan_free(&plan);
}

static void accounts_are_counted(void **state)
{
	struct sync_plan plan;

	(void)state;
	assert_int_equal(sync_plan_make(&invocation, &plan), EX_OK);
	assert_int_equal(plan.counts[0].entries, 6);
	assert_int_equal(plan.counts[0].members, 6);
	assert_int_equal(plan.counts[0].leaving, 2);
	assert_int_equal(plan.counts[1].entries, 1);
	assert_int_equal(plan.counts[1].members, 1);
	assert_int_equal(plan.counts[1].leaving, 0);
	assert_int_equal(plan.not_pinned, 1);
	assert_int_equal(plan.unknown_directory, 1);
	sync_plan_free(&plan);
}

/* By the option, and each directory by itself. */
static void suspicion_is_of_one_directory(void **state)
{
	struct sync_plan plan;

	(void)state;
	assert_int_equal(sync_plan_make(&invocation, &plan), EX_OK);
	assert_false(sync_plan_is_suspicious(&plan, 0));
	plan.counts[0].leaving = 4;
	assert_true(sync_plan_is_suspicious(&plan, 0));
	assert_false(sync_plan_is_suspicious(&plan, 1));
	configuration.sync_least_percent = 30;
	assert_false(sync_plan_is_suspicious(&plan, 0));
	configuration.sync_least_percent = 70;
	sync_plan_free(&plan);
}

static void nothing_is_planned_without_the_directory(void **state)
{
	struct sync_plan plan;

	(void)state;
	is_down = true;
	assert_int_equal(sync_plan_make(&invocation, &plan), EX_TEMPFAIL);
	assert_int_equal(plan.change_count, 0);
	sync_plan_free(&plan);
}

static void apply_all(void)
{
	struct sync_plan plan;

	assert_int_equal(sync_plan_make(&invocation, &plan), EX_OK);
	for (size_t i = 0; i < plan.change_count; i++)
		assert_int_equal(sync_change_apply(&plan, &plan.changes[i]),
				 EX_OK);
	sync_plan_free(&plan);
}

static void changes_are_applied_once(void **state)
{
	struct sync_plan plan;

	(void)state;
	apply_all();
	for (size_t i = 0; i < EXPECTED; i++) {
		struct account account = read_account(expected[i].name);

		assert_string_equal(account.class_name, expected[i].new_class);
		assert_int_equal(account_is_denied(&account),
				 expected[i].was_suspended);
		assert_string_equal(account.other_directory_id,
				    expected[i].other_id == NULL
					    ? ""
					    : expected[i].other_id);
		assert_string_equal(
			account.other_directory,
			expected[i].other_id == NULL ? "" : "university");
	}
	assert_string_equal(read_account("stays").class_name, "student");
	assert_string_equal(read_account("lost").class_name, "student");
	/* The same comparison again finds nothing new. */
	assert_int_equal(sync_plan_make(&invocation, &plan), EX_OK);
	assert_int_equal(plan.change_count, 0);
	sync_plan_free(&plan);
}

static void an_account_that_was_deleted_meanwhile_is_no_failure(void **state)
{
	struct sync_plan plan;
	const struct sync_change *change;

	(void)state;
	assert_int_equal(sync_plan_make(&invocation, &plan), EX_OK);
	for (size_t i = 0; i < plan.change_count; i++) {
		change = &plan.changes[i];
		store_fixture_execute(
			((const struct store_fixture *)*state)->accounts,
			"DELETE FROM accounts");
		assert_int_equal(sync_change_apply(&plan, change), EX_OK);
	}
	sync_plan_free(&plan);
}

/* A namesake who is gone is forgotten. */
static void a_name_that_is_free_again_is_news(void **state)
{
	struct account account = read_account("stays");
	struct sync_plan plan;

	(void)state;
	assert_int_equal(store_account_set_other(store, account.id,
						 "university", "s77", NULL),
			 1);
	assert_int_equal(sync_plan_make(&invocation, &plan), EX_OK);
	assert_non_null(find(&plan, "stays"));
	assert_null(find(&plan, "stays")->other_id);
	assert_int_equal(sync_change_apply(&plan, find(&plan, "stays")), EX_OK);
	assert_string_equal(read_account("stays").other_directory_id, "");
	assert_string_equal(read_account("stays").other_directory, "");
	sync_plan_free(&plan);
}

static const char *text_of(struct json_object *object, const char *key)
{
	return json_object_get_string(json_object_object_get(object, key));
}

static void the_plan_is_shown_as_json(void **state)
{
	struct sync_plan plan;
	struct json_object *object, *changes, *one;

	(void)state;
	assert_int_equal(sync_plan_make(&invocation, &plan), EX_OK);
	object = sync_plan_json(&plan, true);
	assert_string_equal(text_of(object, "applied"), "true");
	assert_string_equal(text_of(object, "not_pinned"), "1");
	assert_string_equal(text_of(object, "unknown_directory"), "1");
	changes = json_object_object_get(object, "changes");
	assert_int_equal(json_object_array_length(changes), EXPECTED);
	one = json_object_array_get_idx(changes, 1);
	assert_string_equal(text_of(one, "name"), "given");
	assert_string_equal(text_of(one, "change"), "left");
	assert_string_equal(text_of(one, "name_reused"), "true");
	assert_string_equal(text_of(one, "name_belongs_to"), "s6");
	assert_string_equal(text_of(one, "directory"), "university");
	one = json_object_array_get_idx(
		json_object_object_get(object, "directories"), 0);
	assert_string_equal(text_of(one, "entries"), "6");
	assert_string_equal(text_of(one, "leaving"), "2");
	assert_string_equal(text_of(one, "suspicious"), "false");
	json_object_put(object);
	sync_plan_free(&plan);
}

#define PLAN_TEST(function)                                                    \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_TEST(what_changes_is_planned),
		PLAN_TEST(accounts_are_counted),
		PLAN_TEST(suspicion_is_of_one_directory),
		PLAN_TEST(nothing_is_planned_without_the_directory),
		PLAN_TEST(changes_are_applied_once),
		PLAN_TEST(an_account_that_was_deleted_meanwhile_is_no_failure),
		PLAN_TEST(a_name_that_is_free_again_is_news),
		PLAN_TEST(the_plan_is_shown_as_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
