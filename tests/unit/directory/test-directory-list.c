/* SPDX-License-Identifier: MIT
 *
 * Listing a whole directory, against a real slapd: every page, nobody twice,
 * and never a list that is cut short.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/directory/list.h"
#include "lib/directory/roster.h"
#include "tests/unit/directory/slapd-fixture.h"

#define TIMEOUT_MSECS 5000

struct fixture {
	struct slapd slapd;
	struct directory_options options;
	char *uris[2];
};

static char name[] = "university";
static char base[] = SLAPD_PEOPLE;
static char bind_dn[] = SLAPD_SERVICE;
static char filter[] = "(&(objectClass=*)(uid=%u))";
static char active_filter[] = "(description=active)";
static char deny_filter[] = "(&(uid=%u)(description=suspended))";
static char id_attribute[] = "entryUUID";
static char name_attribute[] = "uid";
static char class_attribute[] = "employeeType";
static char student[] = "student";
static struct class_map class_map[] = {
	{.value = student, .class_name = student},
};
static const char *const domains[] = {"alumni.example", NULL};

static int set_up(void **state)
{
	static struct fixture fixture;

	*state = &fixture;
	return slapd_set_up(&fixture.slapd);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	slapd_tear_down(&fixture->slapd);
	return 0;
}

static int set_options(void **state)
{
	struct fixture *fixture = *state;

	fixture->uris[0] = fixture->slapd.uri;
	fixture->options = (struct directory_options){
		.name = name,
		.uris = fixture->uris,
		.tls = DIRECTORY_TLS_STARTTLS,
		.ca_file = fixture->slapd.ca_file,
		.bind_dn = bind_dn,
		.bind_password_file = fixture->slapd.password_file,
		.base = base,
		.filter = filter,
		.active_filter = active_filter,
		.deny_filter = deny_filter,
		.id_attribute = id_attribute,
		.name_attribute = name_attribute,
		.class_attribute = class_attribute,
		.class_map = class_map,
		.class_map_count = sizeof(class_map) / sizeof(*class_map),
		.connect_timeout_msecs = TIMEOUT_MSECS,
		.request_timeout_msecs = TIMEOUT_MSECS,
	};
	return 0;
}

static struct directory *open_directory(const struct fixture *fixture)
{
	struct directory *directory = NULL;
	struct error error;

	if (directory_open(&fixture->options, &directory, &error) < 0)
		fail_msg("%s", error.text);
	return directory;
}

static int load(const struct fixture *fixture, unsigned int page_entries,
		struct roster **roster_r, struct error *error)
{
	const struct roster_options options = {
		.directory = &fixture->options,
		.domains = domains,
		.page_entries = page_entries,
	};
	struct directory *directory = open_directory(fixture);
	int ret = roster_load(directory, &options, roster_r, error);

	directory_close(&directory);
	return ret;
}

static void expect_failure(const struct fixture *fixture, const char *words)
{
	struct roster *roster = NULL;
	struct error error = {.text = ""};

	assert_int_equal(load(fixture, 3, &roster, &error), -1);
	assert_null(roster);
	if (strstr(error.text, words) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", words, error.text);
}

static void everybody_is_listed_in_pages_of_any_size(void **state)
{
	static const struct {
		const char *name, *class_name;
		bool active, denied;
	} people[] = {
		{"employee", "", true, false},
		{"student", "student", true, false},
		{"leaver", "student", false, false},
		{"suspended", "", true, true},
		{"plain", "", false, false},
	};
	static const unsigned int sizes[] = {1, 3, 10, 500};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct roster *roster = NULL;
		struct error error;

		if (load(*state, sizes[i], &roster, &error) < 0)
			fail_msg("pages of %u: %s", sizes[i], error.text);
		assert_int_equal(roster_count(roster), 10);
		for (size_t j = 0; j < sizeof(people) / sizeof(*people); j++) {
			const struct roster_entry *entry =
				roster_by_name(roster, people[j].name, "");

			assert_non_null(entry);
			assert_ptr_equal(roster_by_id(roster, entry->id),
					 entry);
			assert_string_equal(entry->class_name,
					    people[j].class_name);
			assert_int_equal(entry->active, people[j].active);
			assert_int_equal(entry->denied, people[j].denied);
			assert_null(roster_by_name(roster, people[j].name,
						   entry->id));
		}
		roster_free(&roster);
	}
}

static void two_may_have_the_same_name(void **state)
{
	struct roster *roster = NULL;
	const struct roster_entry *one, *other;

	assert_int_equal(load(*state, 3, &roster, NULL), 0);
	one = roster_by_name(roster, "twin", "");
	assert_non_null(one);
	other = roster_by_name(roster, "twin", one->id);
	assert_non_null(other);
	assert_string_not_equal(one->id, other->id);
	assert_ptr_equal(roster_by_name(roster, "twin", other->id), one);
	assert_null(roster_by_name(roster, "nobody", ""));
	assert_null(roster_by_id(roster, "no such id"));
	roster_free(&roster);
}

static void without_filters_all_are_active(void **state)
{
	struct fixture *fixture = *state;
	struct roster *roster = NULL;
	const struct roster_entry *entry;

	fixture->options.active_filter = NULL;
	fixture->options.deny_filter = NULL;
	assert_int_equal(load(fixture, 3, &roster, NULL), 0);
	entry = roster_by_name(roster, "suspended", "");
	assert_true(entry->active);
	assert_false(entry->denied);
	roster_free(&roster);
}

static void what_is_left_out_is_an_error(void **state)
{
	static char no_id[] = "mobile";
	static char same_id[] = "description";
	static char nowhere[] = "ou=nowhere," SLAPD_BASE;
	struct fixture *fixture = *state;

	fixture->options.id_attribute = no_id;
	expect_failure(fixture, "mobile has 0 values");
	fixture->options.id_attribute = same_id;
	fixture->options.filter = active_filter;
	fixture->options.deny_filter = NULL;
	expect_failure(fixture, "has 2 values");
	fixture->options.id_attribute = id_attribute;
	fixture->options.base = nowhere;
	expect_failure(fixture, "does not exist");
}

static void a_list_that_is_cut_short_is_an_error(void **state)
{
	static char limited[] = SLAPD_LIMITED_SERVICE;
	struct fixture *fixture = *state;

	fixture->options.bind_dn = limited;
	expect_failure(fixture, "cuts the list short");
}

static int stop_after_two(void *context, const struct directory_listed *listed,
			  struct error *error)
{
	int *count = context;

	assert_int_equal(listed->name_count, 1);
	return ++*count < 2 ? 0 : error_set(error, "enough");
}

static void a_callback_can_end_it(void **state)
{
	struct directory *directory = open_directory(*state);
	struct error error;
	int count = 0;

	assert_int_equal(directory_list(directory, DIRECTORY_LIST_ALL, 1,
					stop_after_two, &count, &error),
			 -1);
	assert_int_equal(count, 2);
	assert_string_equal(error.text, "enough");
	directory_close(&directory);
}

static void one_entry_is_found_by_its_dn(void **state)
{
	struct directory *directory = open_directory(*state);
	struct directory_entry entry, same;
	struct error error;

	assert_int_equal(directory_find_dn(directory,
					   "uid=student," SLAPD_PEOPLE, &entry,
					   &error),
			 1);
	assert_int_equal(directory_find(directory, "student", &same, &error),
			 1);
	assert_string_equal(entry.id, same.id);
	assert_string_equal(entry.class_name, "student");
	assert_int_equal(directory_find_dn(directory,
					   "uid=nobody," SLAPD_PEOPLE, &entry,
					   &error),
			 0);
	/* It exists, but is nobody that filter would find. */
	assert_int_equal(
		directory_find_dn(directory, SLAPD_PEOPLE, &entry, &error), 0);
	assert_int_equal(directory_find_dn(directory, "no DN", &entry, &error),
			 -1);
	directory_close(&directory);
}

int main(void)
{
#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, set_options, NULL)
	const struct CMUnitTest tests[] = {
		TEST(everybody_is_listed_in_pages_of_any_size),
		TEST(two_may_have_the_same_name),
		TEST(without_filters_all_are_active),
		TEST(what_is_left_out_is_an_error),
		TEST(a_list_that_is_cut_short_is_an_error),
		TEST(a_callback_can_end_it),
		TEST(one_entry_is_found_by_its_dn),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
