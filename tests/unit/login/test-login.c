/* SPDX-License-Identifier: MIT
 *
 * The login decision: a table of who is let in and who is not, with made-up
 * directories and a real store; who is who stands in
 * tests/unit/login/login-world.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/login/login-world.h"

static char university[] = "university", portal[] = "portal";

static struct login_result decide(struct login_world *world, const char *name,
				  const char *password)
{
	const struct login_directory directories[] = {
		{university, world, login_world_find, login_world_verify},
	};
	const struct login_parts parts = {
		.configuration = &world->configuration,
		.store = world->store,
		.directories = directories,
		.directory_count = 1,
		.verify_hash = login_world_verify_hash,
		.verify_hash_context = world,
		.state = world->state,
		.now = world->now,
	};
	struct login_result result;

	world->finds = world->verifies = world->hashes = world->dummies = 0;
	login_decide(&parts, name, password, &result);
	/* "x" and "wrong" may well stand in a reason. */
	if (strlen(password) > strlen("wrong"))
		assert_null(strstr(result.reason.text, password));
	if (result.outcome != LOGIN_OK) {
		assert_string_equal(result.account.id, "");
		assert_string_equal(result.tier, "");
		assert_false(result.created);
		assert_string_not_equal(result.reason.text, "");
	}
	return result;
}

/* Flags of a case. */
#define DOWN       1 /* the directory does not answer */
#define BINDS_FAIL 2 /* it does, but not to binds */
#define NO_CREATE  4 /* create_accounts = no */
#define CREATED    8 /* the account is to be created */

static void people_are_let_in_or_not(void **state)
{
	static const struct {
		const char *what, *name, *password;
		int flags;
		enum login_outcome outcome;
		const char *tier, *class_name; /* with LOGIN_OK */
	} cases[] = {
		{"first login", "employee", "employee-university", CREATED,
		 LOGIN_OK, university, "employee"},
		{"first login of no class", "noclass", "noclass-university",
		 CREATED, LOGIN_OK, university, "alumni"},
		{"first login, wrong", "employee", "wrong", 0, LOGIN_MISMATCH,
		 NULL, NULL},
		{"first login, not wanted", "employee", "employee-university",
		 NO_CREATE, LOGIN_UNKNOWN_USER, NULL, NULL},
		{"first login, inactive", "inactive", "inactive-university", 0,
		 LOGIN_UNKNOWN_USER, NULL, NULL},
		{"first login, suspended", "suspended", "suspended-university",
		 0, LOGIN_DISABLED, NULL, NULL},
		{"first login, directory down", "employee",
		 "employee-university", DOWN, LOGIN_TEMPORARY_FAILURE, NULL,
		 NULL},
		{"first login, bind fails", "employee", "employee-university",
		 BINDS_FAIL, LOGIN_TEMPORARY_FAILURE, NULL, NULL},
		{"name of a deleted account", "quarantined",
		 "quarantined-university", 0, LOGIN_UNKNOWN_USER, NULL, NULL},
		{"nobody", "nobody", "x", 0, LOGIN_UNKNOWN_USER, NULL, NULL},
		{"nobody, directory down", "nobody", "x", DOWN,
		 LOGIN_TEMPORARY_FAILURE, NULL, NULL},

		{"with domain and case", "Pinned@ALUMNI.example",
		 "pinned-university", 0, LOGIN_OK, university, "employee"},
		{"other domain", "pinned@other.example", "pinned-university", 0,
		 LOGIN_UNKNOWN_USER, NULL, NULL},
		{"with detail", "pinned+x", "pinned-university", 0,
		 LOGIN_UNKNOWN_USER, NULL, NULL},
		{"no name", "", "x", 0, LOGIN_UNKNOWN_USER, NULL, NULL},

		{"pinned", "pinned", "pinned-university", 0, LOGIN_OK,
		 university, "employee"},
		{"pinned, wrong", "pinned", "wrong", 0, LOGIN_MISMATCH, NULL,
		 NULL},
		{"pinned, empty", "pinned", "", 0, LOGIN_MISMATCH, NULL, NULL},
		{"pinned, down", "pinned", "pinned-university", DOWN,
		 LOGIN_TEMPORARY_FAILURE, NULL, NULL},
		{"pinned, not created", "pinned", "pinned-university",
		 NO_CREATE, LOGIN_OK, university, "employee"},

		{"left, university", "leaver", "leaver-university", 0,
		 LOGIN_MISMATCH, NULL, NULL},
		{"left, alumni", "leaver", "leaver-alumni", 0, LOGIN_OK,
		 "alumni", "alumni"},
		{"left, alumni, down", "leaver", "leaver-alumni", DOWN,
		 LOGIN_OK, "alumni", "alumni"},
		{"left, wrong, down", "leaver", "wrong", DOWN,
		 LOGIN_TEMPORARY_FAILURE, NULL, NULL},
		{"deleted there, university", "gone", "gone-university", 0,
		 LOGIN_MISMATCH, NULL, NULL},
		{"deleted there, alumni", "gone", "gone-alumni", 0, LOGIN_OK,
		 "alumni", "alumni"},

		{"barred, university", "barred", "barred-university", 0,
		 LOGIN_DISABLED, NULL, NULL},
		{"barred, alumni", "barred", "barred-alumni", 0, LOGIN_DISABLED,
		 NULL, NULL},
		{"disabled, university", "disabled", "disabled-university", 0,
		 LOGIN_DISABLED, NULL, NULL},
		{"disabled, alumni", "disabled", "disabled-alumni", 0,
		 LOGIN_DISABLED, NULL, NULL},
		{"disabled, wrong", "disabled", "wrong", 0, LOGIN_DISABLED,
		 NULL, NULL},

		{"another's entry, theirs", "alumna", "alumna-university", 0,
		 LOGIN_MISMATCH, NULL, NULL},
		{"another's entry, ours", "alumna", "alumna-alumni", 0,
		 LOGIN_OK, "alumni", "alumni"},
		{"another's entry, ours, down", "alumna", "alumna-alumni", DOWN,
		 LOGIN_OK, "alumni", "alumni"},
		{"another's entry, wrong, down", "alumna", "wrong", DOWN,
		 LOGIN_MISMATCH, NULL, NULL},
		{"name given to another", "renamed", "renamed-university", 0,
		 LOGIN_MISMATCH, NULL, NULL},
		/* That other being suspended is not our account's matter. */
		{"name given to another, ours", "renamed", "renamed-alumni", 0,
		 LOGIN_OK, "alumni", "alumni"},
		{"pinned in another directory", "elsewhere",
		 "elsewhere-university", 0, LOGIN_MISMATCH, NULL, NULL},
		{"pinned in another directory, ours", "elsewhere",
		 "elsewhere-alumni", 0, LOGIN_OK, "alumni", "alumni"},

		{"no password set", "nohash", "x", 0, LOGIN_MISMATCH, NULL,
		 NULL},
		{"hash of no use", "broken", "x", 0, LOGIN_TEMPORARY_FAILURE,
		 NULL, NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct login_world *world;
		struct login_result result;

		/* Each in a world of its own: some change it. */
		assert_int_equal(login_world_set_up(state), 0);
		world = *state;
		world->directory_is_down = (cases[i].flags & DOWN) != 0;
		world->binds_fail = (cases[i].flags & BINDS_FAIL) != 0;
		world->configuration.create_accounts =
			(cases[i].flags & NO_CREATE) == 0;
		result = decide(world, cases[i].name, cases[i].password);
		if (result.outcome != cases[i].outcome)
			fail_msg("%s: %s (%s)", cases[i].what,
				 login_outcome_name(result.outcome),
				 result.reason.text);
		if (result.outcome == LOGIN_OK) {
			assert_string_equal(result.tier, cases[i].tier);
			assert_string_equal(result.account.class_name,
					    cases[i].class_name);
			assert_int_equal(strlen(result.account.id),
					 ACCOUNT_ID_BYTES - 1);
			assert_int_equal(result.created,
					 (cases[i].flags & CREATED) != 0);
		}
		assert_int_equal(login_world_tear_down(state), 0);
	}
}

static void a_created_account_is_pinned_and_stays(void **state)
{
	struct login_world *world = *state;
	struct login_result first, second;
	struct account account;
	struct error error;

	first = decide(world, "employee", "employee-university");
	assert_int_equal(first.outcome, LOGIN_OK);
	assert_true(first.created);
	assert_int_equal(store_account_by_name(world->store, "employee",
					       &account, &error),
			 1);
	assert_string_equal(account.id, first.account.id);
	assert_string_equal(account.directory, university);
	assert_string_equal(account.directory_id, "id-employee");
	assert_string_equal(account.class_name, "employee");
	assert_true(account.created_at == LOGIN_WORLD_NOW);

	second = decide(world, "employee", "employee-university");
	assert_int_equal(second.outcome, LOGIN_OK);
	assert_false(second.created);
	assert_string_equal(second.account.id, first.account.id);
}

static void a_created_account_is_like_one_that_is_added(void **state)
{
	static const char *const own[] = {"id", "name", "directory",
					  "directory_id", NULL};
	struct login_world *world = *state;
	struct account created;
	struct account added = {.name = "added", .enabled = true};

	assert_true(decide(world, "employee", "employee-university").created);
	assert_int_equal(
		store_account_by_name(world->store, "employee", &created, NULL),
		1);
	memcpy(added.class_name, created.class_name, sizeof(added.class_name));
	assert_int_equal(
		store_account_add(world->store, &added, LOGIN_WORLD_NOW, NULL),
		STORE_ADDED);
	store_fixture_expect_equal(&added, &created, own);
	assert_true(created.forward_keep_copy);
}

static void nothing_is_created_for_the_wrong_ones(void **state)
{
	static const struct {
		const char *name, *password;
	} cases[] = {
		{"employee", "wrong"},
		{"inactive", "inactive-university"},
		{"suspended", "suspended-university"},
		{"quarantined", "quarantined-university"},
		{"nobody", "nobody-university"},
	};
	struct login_world *world = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct account account;
		struct error error;

		assert_int_not_equal(
			decide(world, cases[i].name, cases[i].password).outcome,
			LOGIN_OK);
		assert_int_equal(store_account_by_name(world->store,
						       cases[i].name, &account,
						       &error),
				 0);
	}
}

static void a_directory_login_refreshes_the_class(void **state)
{
	struct login_world *world = *state;
	struct account account;
	struct error error;

	assert_int_equal(decide(world, "pinned", "pinned-university").outcome,
			 LOGIN_OK);
	assert_int_equal(
		store_account_by_name(world->store, "pinned", &account, &error),
		1);
	assert_string_equal(account.class_name, "employee");
}

static void nobody_is_asked_in_vain(void **state)
{
	static const struct {
		const char *name, *password;
		int finds, verifies;
	} cases[] = {
		{"pinned", "", 0, 0},
		{"disabled", "x", 0, 0},
		{"alumna", "alumna-alumni", 0, 0},
		/* For the log alone. */
		{"alumna", "wrong", 1, 0},
		{"elsewhere", "x", 0, 0},
		{"../etc", "x", 0, 0},
		{"leaver", "x", 1, 0},
		{"suspended", "x", 1, 0},
		{"renamed", "x", 1, 0},
		{"pinned", "x", 1, 1},
	};
	struct login_world *world = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		(void)decide(world, cases[i].name, cases[i].password);
		assert_int_equal(world->finds, cases[i].finds);
		assert_int_equal(world->verifies, cases[i].verifies);
	}
}

/* Logs in to an account with a password of so many bytes. */
static struct login_result decide_length(struct login_world *world,
					 const char *name, size_t length)
{
	char *password = malloc(length + 1);
	struct login_result result;

	assert_non_null(password);
	memset(password, 'x', length);
	password[length] = '\0';
	result = decide(world, name, password);
	free(password);
	return result;
}

static void a_password_has_a_limit_of_length(void **state)
{
	struct login_world *world = *state;
	struct login_result result;

	result = decide_length(world, "pinned", 1024);
	assert_int_equal(result.outcome, LOGIN_MISMATCH);
	assert_int_equal(world->verifies, 1);
	assert_int_equal(world->hashes, 1);
	/* What is longer costs nothing. */
	result = decide_length(world, "pinned", 1025);
	assert_int_equal(result.outcome, LOGIN_MISMATCH);
	assert_non_null(strstr(result.reason.text, "too long"));
	assert_int_equal(world->finds, 0);
	assert_int_equal(world->verifies, 0);
	assert_int_equal(world->hashes, 0);
}

/* Whoever is refused costs one hash, so that time does not tell why. */
static void every_refusal_costs_a_hash(void **state)
{
	static const char *const names[] = {
		"nobody",      "employee", "inactive", "suspended",
		"leaver",      "disabled", "barred",   "alumna",
		"pinned",      "nohash",   "../etc",   "x@other.example",
		"quarantined",
	};
	struct login_world *world = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_int_not_equal(decide(world, names[i], "wrong").outcome,
				     LOGIN_OK);
		assert_int_equal(world->hashes, 1);
	}
	(void)decide(world, "alumna", "wrong");
	assert_int_equal(world->dummies, 0);
	(void)decide(world, "nobody", "wrong");
	assert_int_equal(world->dummies, 1);
	(void)decide(world, "alumna", "");
	assert_int_equal(world->hashes, 0);
}

static void an_account_made_meanwhile_is_checked(void **state)
{
	static const struct {
		const char *id;
		bool disabled;
		enum login_outcome outcome;
	} cases[] = {
		/* By another login of the same person. */
		{"id-employee", false, LOGIN_OK},
		{"id-employee", true, LOGIN_DISABLED},
		/* By an administrator for another person. */
		{"", false, LOGIN_MISMATCH},
		{"id-of-another", false, LOGIN_MISMATCH},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct login_world *world;
		struct login_result result;

		assert_int_equal(login_world_set_up(state), 0);
		world = *state;
		world->added_meanwhile = "employee";
		world->added_with_id = cases[i].id;
		world->added_disabled = cases[i].disabled;
		result = decide(world, "employee", "employee-university");
		assert_int_equal(result.outcome, cases[i].outcome);
		assert_false(result.created);
		assert_int_equal(login_world_tear_down(state), 0);
	}
}

static void a_skipped_entry_is_named_with_both_ids(void **state)
{
	struct login_world *world = *state;
	struct login_result result =
		decide(world, "renamed", "renamed-university");

	assert_non_null(strstr(result.reason.text, "id-of-another"));
	assert_non_null(strstr(result.reason.text, "id-renamed"));
	result = decide(world, "alumna", "alumna-university");
	assert_non_null(strstr(result.reason.text, "pinned to no entry"));
}

static void a_store_that_fails_is_a_temporary_failure(void **state)
{
	struct login_world *world = *state;
	struct store *store = world->store;

	/* This one cannot read credentials. */
	world->store = store_fixture_open(world->fixture, STORE_ACCOUNTS);
	assert_int_equal(decide(world, "alumna", "alumna-alumni").outcome,
			 LOGIN_TEMPORARY_FAILURE);
	assert_int_equal(decide(world, "pinned", "pinned-university").outcome,
			 LOGIN_OK);
	store_close(&world->store);
	world->store = store;
}

static void directories_are_asked_in_order(void **state)
{
	struct login_world *world = *state;
	struct login_world other = *world;
	const struct login_directory directories[] = {
		{portal, &other, login_world_find, login_world_verify},
		{university, world, login_world_find, login_world_verify},
	};
	const struct login_parts parts = {
		.configuration = &world->configuration,
		.store = world->store,
		.directories = directories,
		.directory_count = 2,
		.verify_hash = login_world_verify_hash,
		.verify_hash_context = world,
		.state = world->state,
		.now = world->now,
	};
	struct login_result result;

	/* The account's own directory alone, though another comes first. */
	other.finds = 0;
	other.directory_is_down = true;
	login_decide(&parts, "pinned", "pinned-university", &result);
	assert_int_equal(result.outcome, LOGIN_OK);
	assert_string_equal(result.tier, university);
	assert_int_equal(other.finds, 0);

	/* Success behind a directory that is down is success. */
	login_decide(&parts, "employee", "employee-university", &result);
	assert_int_equal(result.outcome, LOGIN_OK);
	assert_string_equal(result.account.directory, university);
	assert_int_equal(other.finds, 1);

	/* No success, and one could not be asked. */
	login_decide(&parts, "noclass", "wrong", &result);
	assert_int_equal(result.outcome, LOGIN_TEMPORARY_FAILURE);

	other.directory_is_down = false;
	login_decide(&parts, "noclass", "noclass-university", &result);
	assert_int_equal(result.outcome, LOGIN_OK);
	assert_string_equal(result.account.directory, portal);
}

int main(void)
{
#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, login_world_set_up,          \
					login_world_tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_are_let_in_or_not),
		TEST(a_created_account_is_pinned_and_stays),
		TEST(a_created_account_is_like_one_that_is_added),
		TEST(nothing_is_created_for_the_wrong_ones),
		TEST(a_directory_login_refreshes_the_class),
		TEST(nobody_is_asked_in_vain),
		TEST(a_password_has_a_limit_of_length),
		TEST(every_refusal_costs_a_hash),
		cmocka_unit_test(an_account_made_meanwhile_is_checked),
		TEST(a_skipped_entry_is_named_with_both_ids),
		TEST(a_store_that_fails_is_a_temporary_failure),
		TEST(directories_are_asked_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
