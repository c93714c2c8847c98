/* SPDX-License-Identifier: MIT
 *
 * The directory against a real slapd: what it finds and whom it lets in, over
 * each kind of encryption, and what it says when it cannot be asked.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/directory/directory.h"
#include "lib/base/clock.h"
#include "tests/unit/directory/slapd-fixture.h"

#define TIMEOUT_MSECS 5000

struct fixture {
	struct slapd slapd;
	struct directory_options options;
	char *uris[3];
};

static char name[] = "university";
static char base[] = SLAPD_PEOPLE;
static char bind_dn[] = SLAPD_SERVICE;
static char filter[] = "(uid=%u)";
static char active_filter[] = "(description=active)";
static char deny_filter[] = "(&(uid=%u)(description=suspended))";
static char id_attribute[] = "entryUUID";
static char class_attribute[] = "employeeType";
static char employee[] = "employee", student[] = "student", staff[] = "staff";
static struct class_map class_map[] = {
	{.value = employee, .class_name = staff},
	{.value = student, .class_name = student},
};

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
	fixture->uris[1] = NULL;
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

/* Looks somebody up who is there, and binds as them. */
static void expect_to_work(struct directory *directory)
{
	struct directory_entry entry;
	struct error error = {.text = ""};

	if (directory_find(directory, "employee", &entry, &error) != 1 ||
	    directory_verify(directory, entry.dn, "employee-university",
			     &error) != 1)
		fail_msg("%s", error.text);
}

/* The options make every question fail, with these words in the error. */
static void expect_failure(const struct fixture *fixture, const char *words)
{
	struct directory *directory = open_directory(fixture);
	struct directory_entry entry;
	struct error error = {.text = ""};

	assert_int_equal(directory_find(directory, "employee", &entry, &error),
			 -1);
	if (strstr(error.text, words) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", words, error.text);
	assert_null(strstr(error.text, "service secret"));
	directory_close(&directory);
	assert_null(directory);
}

static void entries_are_found(void **state)
{
	static const struct {
		const char *name, *class_name;
		bool active, denied;
	} cases[] = {
		{"employee", "staff", true, false},
		{"student", "student", true, false},
		/* The first of the map, whatever the entry's order. */
		{"both", "staff", true, false},
		{"guest", "", true, false},
		{"leaver", "student", false, false},
		{"suspended", "", true, true},
		{"plain", "", false, false},
	};
	struct directory *directory = open_directory(*state);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct directory_entry entry;
		struct error error;

		if (directory_find(directory, cases[i].name, &entry, &error) !=
		    1)
			fail_msg("%s", error.text);
		assert_non_null(strstr(entry.dn, cases[i].name));
		assert_int_equal(strlen(entry.id), 36);
		assert_string_equal(entry.class_name, cases[i].class_name);
		assert_int_equal(entry.active, cases[i].active);
		assert_int_equal(entry.denied, cases[i].denied);
	}
	directory_close(&directory);
}

static void filters_and_class_are_optional(void **state)
{
	struct fixture *fixture = *state;
	struct directory *directory;
	struct directory_entry entry;
	struct error error;

	fixture->options.active_filter = NULL;
	fixture->options.deny_filter = NULL;
	fixture->options.class_attribute = NULL;
	directory = open_directory(fixture);
	assert_int_equal(directory_find(directory, "suspended", &entry, &error),
			 1);
	assert_true(entry.active);
	assert_false(entry.denied);
	assert_string_equal(entry.class_name, "");
	directory_close(&directory);
}

static void absent_is_not_failed(void **state)
{
	static const char *const names[] = {
		"nobody",          "",      "*",          "employ*",
		"employee)(uid=*", "a\\2a", "employee\\", "j\xc3\xb8rgen",
	};
	struct directory *directory = open_directory(*state);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct directory_entry entry;
		struct error error = {.text = ""};
		int ret = directory_find(directory, names[i], &entry, &error);

		if (ret != 0)
			fail_msg("%s: %d %s", names[i], ret, error.text);
	}
	directory_close(&directory);
}

static void several_entries_are_a_failure(void **state)
{
	struct directory *directory = open_directory(*state);
	struct directory_entry entry;
	struct error error;

	assert_int_equal(directory_find(directory, "twin", &entry, &error), -1);
	assert_non_null(strstr(error.text, "several entries"));
	expect_to_work(directory);
	directory_close(&directory);
}

static void passwords_are_verified(void **state)
{
	static const struct {
		const char *dn, *password;
		int result;
	} cases[] = {
		{"uid=student," SLAPD_PEOPLE, "student-university", 1},
		{"uid=student," SLAPD_PEOPLE, "employee-university", 0},
		{"uid=student," SLAPD_PEOPLE, "Student-university", 0},
		{"uid=student," SLAPD_PEOPLE, "", 0},
		{"uid=nobody," SLAPD_PEOPLE, "student-university", 0},
		{"uid=nopassword," SLAPD_PEOPLE, "x", 0},
		{"", "student-university", -1},
		{"not a dn", "student-university", -1},
		{"uid=employee," SLAPD_PEOPLE, "employee-university", 1},
	};
	struct directory *directory = open_directory(*state);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error error = {.text = ""};
		int ret = directory_verify(directory, cases[i].dn,
					   cases[i].password, &error);

		if (ret != cases[i].result)
			fail_msg("%s: %d %s", cases[i].dn, ret, error.text);
		assert_null(strstr(error.text, "student-university"));
		/* The binds leave the service account's rights alone. */
		expect_to_work(directory);
	}
	directory_close(&directory);
}

static void connections_are_encrypted_as_configured(void **state)
{
	struct fixture *fixture = *state;
	struct directory *directory;

	directory = open_directory(fixture);
	expect_to_work(directory);
	directory_close(&directory);

	fixture->uris[0] = fixture->slapd.ldaps_uri;
	fixture->options.tls = DIRECTORY_TLS_LDAPS;
	directory = open_directory(fixture);
	expect_to_work(directory);
	directory_close(&directory);

	fixture->uris[0] = fixture->slapd.uri;
	fixture->options.tls = DIRECTORY_TLS_NONE;
	directory = open_directory(fixture);
	expect_to_work(directory);
	directory_close(&directory);
}

static void scheme_and_encryption_must_agree(void **state)
{
	struct fixture *fixture = *state;

	fixture->options.tls = DIRECTORY_TLS_LDAPS;
	expect_failure(fixture, "ldaps://");
	fixture->uris[0] = fixture->slapd.ldaps_uri;
	fixture->options.tls = DIRECTORY_TLS_STARTTLS;
	expect_failure(fixture, "ldap://");
	fixture->options.tls = DIRECTORY_TLS_NONE;
	expect_failure(fixture, "ldap://");
}

/* main() has set the environment so that libldap would check nothing. */
static void certificates_are_checked(void **state)
{
	struct fixture *fixture = *state;
	char missing[] = "/nonexistent/ca.pem";

	fixture->options.ca_file = fixture->slapd.other_ca_file;
	expect_failure(fixture, "TLS handshake failed");
	fixture->options.ca_file = NULL;
	expect_failure(fixture, "TLS handshake failed");
	fixture->options.ca_file = missing;
	expect_failure(fixture, "/nonexistent/ca.pem");
	fixture->options.ca_file = fixture->slapd.ca_file;
	fixture->uris[0] = fixture->slapd.uri_of_other_name;
	expect_failure(fixture, "TLS handshake failed");
}

static void a_wrong_service_account_is_a_failure(void **state)
{
	struct fixture *fixture = *state;

	fixture->options.bind_password_file =
		fixture->slapd.wrong_password_file;
	expect_failure(fixture, fixture->slapd.wrong_password_file);
}

static void an_unreadable_service_password_is_an_error(void **state)
{
	struct fixture *fixture = *state;
	struct directory *directory = NULL;
	struct error error;
	char missing[] = "/nonexistent/secret";

	fixture->options.bind_password_file = missing;
	assert_int_equal(directory_open(&fixture->options, &directory, &error),
			 -1);
	assert_null(directory);
	assert_non_null(strstr(error.text, missing));
}

static void misconfigured_searches_are_failures(void **state)
{
	struct fixture *fixture = *state;
	char wrong_base[] = "ou=nowhere," SLAPD_BASE;
	char wrong_filter[] = "(uid=%x)";
	char broken_filter[] = "(uid=%u";
	char wrong_id[] = "mail";

	fixture->options.base = wrong_base;
	expect_failure(fixture, wrong_base);
	fixture->options.base = base;
	fixture->options.filter = wrong_filter;
	expect_failure(fixture, wrong_filter);
	fixture->options.filter = broken_filter;
	expect_failure(fixture, "filter");
	fixture->options.filter = filter;
	fixture->options.active_filter = broken_filter;
	expect_failure(fixture, "filter");
	fixture->options.active_filter = active_filter;
	fixture->options.id_attribute = wrong_id;
	expect_failure(fixture, "id attribute mail");
}

/* Without rights the service account sees nothing: not even the base. */
static void anonymous_searches_are_possible_but_see_nothing(void **state)
{
	struct fixture *fixture = *state;

	fixture->options.bind_dn = NULL;
	fixture->options.bind_password_file = NULL;
	expect_failure(fixture, "may not see");
}

static void a_restarted_server_is_found_again(void **state)
{
	struct fixture *fixture = *state;
	struct directory *directory = open_directory(fixture);

	expect_to_work(directory);
	slapd_stop(&fixture->slapd);
	assert_int_equal(slapd_start(&fixture->slapd), 0);
	expect_to_work(directory);
	directory_close(&directory);
}

static void a_stopped_server_is_a_failure_until_it_is_back(void **state)
{
	struct fixture *fixture = *state;
	struct directory *directory = open_directory(fixture);
	struct directory_entry entry;
	struct error error;

	expect_to_work(directory);
	assert_int_equal(directory_find(directory, "employee", &entry, &error),
			 1);
	slapd_stop(&fixture->slapd);
	/* Twice: with the connections kept, and without. */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(directory_verify(directory, entry.dn,
						  "employee-university",
						  &error),
				 -1);
		assert_non_null(strstr(error.text, fixture->slapd.uri));
		assert_int_equal(
			directory_find(directory, "employee", &entry, &error),
			-1);
	}
	assert_int_equal(slapd_start(&fixture->slapd), 0);
	expect_to_work(directory);
	directory_close(&directory);
}

static void another_server_is_tried(void **state)
{
	struct fixture *fixture = *state;
	char dead[] = "ldap://127.0.0.1:1";
	struct directory *directory;

	fixture->uris[0] = dead;
	fixture->uris[1] = fixture->slapd.uri;
	fixture->uris[2] = NULL;
	directory = open_directory(fixture);
	expect_to_work(directory);
	directory_close(&directory);
}

static void a_hung_server_is_given_up_in_time(void **state)
{
	struct fixture *fixture = *state;
	struct directory_entry entry;
	struct directory *directory;
	struct error error;
	int64_t before, took;

	fixture->options.connect_timeout_msecs = 300;
	fixture->options.request_timeout_msecs = 300;
	directory = open_directory(fixture);
	expect_to_work(directory);
	assert_int_equal(slapd_hang(&fixture->slapd), 0);
	for (int i = 0; i < 2; i++) {
		before = clock_msecs();
		assert_int_equal(
			directory_find(directory, "employee", &entry, &error),
			-1);
		took = clock_msecs() - before;
		assert_true(took >= 290 && took < 1500);
		assert_non_null(strstr(error.text, "in time"));
	}
	assert_int_equal(kill(fixture->slapd.pid, SIGCONT), 0);
	fixture->options.connect_timeout_msecs = TIMEOUT_MSECS;
	fixture->options.request_timeout_msecs = TIMEOUT_MSECS;
	expect_to_work(directory);
	directory_close(&directory);
}

int main(void)
{
#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, set_options, NULL)
	const struct CMUnitTest tests[] = {
		TEST(entries_are_found),
		TEST(filters_and_class_are_optional),
		TEST(absent_is_not_failed),
		TEST(several_entries_are_a_failure),
		TEST(passwords_are_verified),
		TEST(connections_are_encrypted_as_configured),
		TEST(scheme_and_encryption_must_agree),
		TEST(certificates_are_checked),
		TEST(a_wrong_service_account_is_a_failure),
		TEST(an_unreadable_service_password_is_an_error),
		TEST(misconfigured_searches_are_failures),
		TEST(anonymous_searches_are_possible_but_see_nothing),
		TEST(a_restarted_server_is_found_again),
		TEST(a_stopped_server_is_a_failure_until_it_is_back),
		TEST(another_server_is_tried),
		TEST(a_hung_server_is_given_up_in_time),
	};

	if (setenv("LDAPTLS_REQCERT", "never", 1) < 0 ||
	    setenv("LDAPTLS_REQSAN", "never", 1) < 0)
		return 1;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
