/* SPDX-License-Identifier: MIT
 *
 * Accounts that are imported with an id: what must not hang on it already, and
 * which ids are none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/store/attempts.h"
#include "lib/store/deleted.h"
#include "lib/store/import.h"
#include "tests/unit/store/store-fixture.h"

#define ID  "0123456789abcdef0123456789abcdef"
#define NOW 50

static enum store_add_result import(struct store *store, const char *name,
				    const char *id, struct error *error)
{
	struct account account = {.class_name = "alumni"};

	(void)snprintf(account.name, sizeof(account.name), "%s", name);
	(void)snprintf(account.id, sizeof(account.id), "%s", id);
	return store_import(store, &(struct store_import){.account = &account},
			    NOW, error);
}

static size_t count_credentials(struct store *store, const char *id)
{
	struct credential found[CREDENTIALS_MAX];
	size_t count;

	assert_int_equal(store_credentials(store, id, found, &count, NULL), 0);
	return count;
}

static void every_column_of_an_import_is_taken_over(void **state)
{
	static const char *const none[] = {NULL};
	const struct account given = {
		.id = ID,
		.name = "full",
		.class_name = "student",
		.created_at = 2,
		.directory = "university",
		.directory_id = "uuid",
		.denied_at = 3,
		.backend = "b.example",
		.has_own_quota = true,
		.own_quota = 4,
		.has_own_retention = true,
		.own_retention = 5,
		.forward_address = "a@b.example",
		.sending_blocked_at = 6,
		.sending_block_reason = "because",
	};
	struct account others = given;
	struct store *store = store_fixture_open_all(state);
	struct account found;

	/* What mail processes and logins say is not. */
	others.deleted_at = others.usage_bytes = others.usage_messages = 7;
	others.usage_counted_at = others.usage_saved_at = 7;
	others.usage_uid_next = others.usage_uid_validity = 7;
	others.trash_oldest = others.trash_generation = 7;
	others.warned = others.warning_due = 7;
	others.keep_mail = true;
	(void)snprintf(others.warning_token, sizeof(others.warning_token), "t");
	(void)snprintf(others.last_tier, sizeof(others.last_tier), "t");
	(void)snprintf(others.other_directory, sizeof(others.other_directory),
		       "t");
	(void)snprintf(others.other_directory_id,
		       sizeof(others.other_directory_id), "t");
	assert_int_equal(
		store_import(store, &(struct store_import){.account = &others},
			     NOW, NULL),
		STORE_ADDED);
	found = store_fixture_read(store, ID);
	store_fixture_expect_equal(&given, &found, none);
	store_close(&store);
}

static void a_copy_is_kept_unless_forwarding_says_no(void **state)
{
	struct store *store = store_fixture_open_all(state);

	/* The switch is off in both. */
	assert_int_equal(import(store, "plain", ID, NULL), STORE_ADDED);
	assert_true(store_fixture_read(store, ID).forward_keep_copy);
	store_close(&store);
}

static void an_id_is_32_hex_digits_or_none(void **state)
{
	static const char *const bad[] = {
		"0123456789abcdef0123456789abcde",
		"../../../../../../../../../../..",
		"../3456789abcdef0123456789abcdef",
		"0123456789ABCDEF0123456789abcdef",
		"0123456789abcdef0123456789abcde/",
		"1",
	};
	struct store *store = store_fixture_open_all(state);
	struct error error = {""};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(import(store, "bad", bad[i], &error),
				 STORE_ADD_FAILED);
		assert_non_null(strstr(error.text, "no id of an account"));
	}
	/* Without one, it gets one. */
	assert_int_equal(import(store, "good", "", NULL), STORE_ADDED);
	store_close(&store);
}

static void the_id_of_an_account_is_taken(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct credential password = {.hash = "{X}h"};
	struct error error = {""};

	assert_int_equal(import(store, "first", ID, NULL), STORE_ADDED);
	assert_int_equal(store_credential_set(store, ID, &password, NULL), 0);
	assert_int_equal(import(store, "second", ID, &error), STORE_NAME_TAKEN);
	assert_non_null(strstr(error.text, ID));
	/* Also when the account is deleted: it can be had back. */
	assert_int_equal(store_account_retire(store, ID, 9, false, NULL), 1);
	assert_int_equal(import(store, "second", ID, NULL), STORE_NAME_TAKEN);
	assert_int_equal(count_credentials(store, ID), 1);
	assert_int_equal(store_account_undelete(store, ID, NULL), 1);
	assert_string_equal(store_fixture_read(store, ID).name, "first");
	store_close(&store);
}

static void nothing_of_a_former_account_is_inherited(void **state)
{
	const struct attempts_limit limit = {"guess", 1, 1000};
	struct store *store = store_fixture_open_all(state);
	struct credential password = {.hash = "{X}h"};
	int64_t until;

	assert_int_equal(import(store, "first", ID, NULL), STORE_ADDED);
	assert_int_equal(store_account_delete(store, ID, 0, NULL), 1);
	/* A crash between the two databases left these. */
	assert_int_equal(store_credential_set(store, ID, &password, NULL), 0);
	assert_int_equal(store_attempt_take(store, ID, &limit, 1, &until, NULL),
			 1);
	assert_int_equal(import(store, "second", ID, NULL), STORE_ADDED);
	assert_int_equal(count_credentials(store, ID), 0);
	assert_int_equal(store_attempt_take(store, ID, &limit, 1, &until, NULL),
			 1);
	store_close(&store);
}

static void a_delete_takes_the_credentials_too(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct credential password = {.hash = "{X}h"};

	assert_int_equal(import(store, "first", ID, NULL), STORE_ADDED);
	assert_int_equal(store_credential_set(store, ID, &password, NULL), 0);
	assert_int_equal(store_account_delete(store, ID, 0, NULL), 1);
	assert_int_equal(count_credentials(store, ID), 0);
	store_close(&store);
}

static void names_of_a_purged_account_are_not_free_for_its_old_id(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct error error = {""};

	assert_int_equal(import(store, "gone", ID, NULL), STORE_ADDED);
	assert_int_equal(store_alias_add(store, ID, "g.one", 1, NULL),
			 STORE_ADDED);
	assert_int_equal(store_account_delete(store, ID, NOW + 1, NULL), 1);
	assert_int_equal(import(store, "gone", ID, &error),
			 STORE_NAME_QUARANTINED);
	assert_non_null(strstr(error.text, "gone"));
	assert_int_equal(import(store, "g.one", ID, NULL),
			 STORE_NAME_QUARANTINED);
	/* Nor for an alias of the account that has the id now. */
	assert_int_equal(import(store, "new", ID, NULL), STORE_ADDED);
	assert_int_equal(store_alias_add(store, ID, "gone", NOW, NULL),
			 STORE_NAME_QUARANTINED);
	assert_int_equal(store_alias_add(store, ID, "g.one", NOW, NULL),
			 STORE_NAME_QUARANTINED);
	store_close(&store);
}

static void an_import_is_all_or_nothing(void **state)
{
	const struct credential password = {.hash = "{X}h"};
	const struct alias aliases[] = {{"free", 0}, {"taken", 0}};
	struct account account = {.id = ID, .name = "name"};
	const struct store_import what = {
		.account = &account,
		.aliases = aliases,
		.alias_count = 2,
		.credentials = &password,
		.credential_count = 1,
	};
	struct store *store = store_fixture_open_all(state);
	struct account found;

	(void)store_fixture_add(store, "taken");
	assert_int_equal(store_import(store, &what, NOW, NULL),
			 STORE_NAME_TAKEN);
	assert_int_equal(store_account_by_id(store, ID, &found, NULL), 0);
	assert_int_equal(
		store_account_by_local_part(store, "free", &found, NULL), 0);
	assert_int_equal(count_credentials(store, ID), 0);
	store_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(every_column_of_an_import_is_taken_over),
		STORE_TEST(a_copy_is_kept_unless_forwarding_says_no),
		STORE_TEST(an_id_is_32_hex_digits_or_none),
		STORE_TEST(the_id_of_an_account_is_taken),
		STORE_TEST(nothing_of_a_former_account_is_inherited),
		STORE_TEST(a_delete_takes_the_credentials_too),
		STORE_TEST(
			names_of_a_purged_account_are_not_free_for_its_old_id),
		STORE_TEST(an_import_is_all_or_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
