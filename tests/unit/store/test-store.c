/* SPDX-License-Identifier: MIT
 *
 * What the account store promises of accounts: names, quarantine, changes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "tests/unit/store/store-fixture.h"

#define RACED_NAMES 40
#define LONG_TEXT   2000

static void account_is_found_by_name_and_id(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account added = {
		.name = "o.nordmann",
		.class_name = "employee",
		.enabled = true,
		.directory = "university",
		.directory_id = "597ae2f6-16a6-1027-98f4-d28b5365dc14",
		.has_own_quota = true,
		.own_quota = INT64_C(5) << 40,
		/* Not taken over by an addition. */
		.id = "mine",
		.created_at = 7,
		.forward_address = "o@outside.example",
		.usage_bytes = 3,
	};
	struct account found;
	struct error error = {""};

	assert_int_equal(store_account_add(store, &added, 1234, &error),
			 STORE_ADDED);
	assert_int_equal(strlen(added.id), ACCOUNT_ID_BYTES - 1);
	assert_int_equal(strspn(added.id, "0123456789abcdef"),
			 ACCOUNT_ID_BYTES - 1);
	assert_int_equal(added.created_at, 1234);
	assert_int_equal(
		store_account_by_name(store, "o.nordmann", &found, &error), 1);
	assert_memory_equal(&found, &added, sizeof(found));
	found = store_fixture_read(store, added.id);
	assert_string_equal(found.name, "o.nordmann");
	assert_string_equal(found.class_name, "employee");
	assert_string_equal(found.directory, "university");
	assert_string_equal(found.directory_id,
			    "597ae2f6-16a6-1027-98f4-d28b5365dc14");
	assert_true(found.enabled);
	assert_true(found.has_own_quota);
	assert_int_equal(found.own_quota, INT64_C(5) << 40);
	assert_false(account_forwards(&found));
	assert_int_equal(found.usage_bytes, 0);
	store_close(&store);
	assert_null(store);
}

static void absent_account_is_absent(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account;
	struct error error = {""};

	assert_int_equal(
		store_account_by_name(store, "nobody", &account, &error), 0);
	assert_int_equal(store_account_by_id(store, "none", &account, &error),
			 0);
	assert_int_equal(
		store_account_set_enabled(store, "none", false, &error), 0);
	assert_int_equal(store_account_set_class(store, "none", "x", &error),
			 0);
	assert_int_equal(store_account_pin(store, "none", "u", "1", &error), 0);
	assert_int_equal(store_account_set_quota(store, "none", NULL, &error),
			 0);
	assert_int_equal(
		store_account_set_forward(store, "none", "", false, &error), 0);
	assert_int_equal(store_account_delete(store, "none", 1, &error), 0);
	assert_int_equal(store_usage_set(store, "none",
					 &(struct usage_count){.bytes = 1,
							       .messages = 1,
							       .counted_at = 0},
					 0, &error),
			 0);
	assert_int_equal(store_trash_saved(store, "none", 1, &error), 0);
	assert_string_equal(error.text, "");
	store_close(&store);
}

static void changes_are_seen_by_other_handles(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct store *other = store_fixture_open(*state, STORE_ACCOUNTS);
	const char *id;
	struct account account = store_fixture_add(store, "alumna");
	int64_t quota = 0;
	struct account seen;

	id = account.id;
	assert_false(store_fixture_read(other, id).has_own_quota);
	assert_int_equal(store_account_set_enabled(store, id, false, NULL), 1);
	assert_int_equal(store_account_set_class(store, id, "student", NULL),
			 1);
	assert_int_equal(store_account_pin(store, id, "u", "uuid", NULL), 1);
	assert_int_equal(store_account_set_quota(store, id, &quota, NULL), 1);
	assert_int_equal(
		store_account_set_forward(store, id, "A@b.example", true, NULL),
		1);
	seen = store_fixture_read(other, id);
	assert_false(seen.enabled);
	assert_string_equal(seen.class_name, "student");
	assert_true(account_is_pinned(&seen));
	assert_string_equal(seen.directory, "u");
	assert_string_equal(seen.directory_id, "uuid");
	/* 0 of one's own is unlimited, not "that of the class". */
	assert_true(seen.has_own_quota);
	assert_int_equal(seen.own_quota, 0);
	assert_string_equal(seen.forward_address, "A@b.example");
	assert_true(seen.forward_keep_copy);

	assert_int_equal(store_account_set_enabled(other, id, true, NULL), 1);
	assert_int_equal(store_account_pin(other, id, "", "", NULL), 1);
	assert_int_equal(store_account_set_quota(other, id, NULL, NULL), 1);
	assert_int_equal(store_account_set_forward(other, id, "", false, NULL),
			 1);
	seen = store_fixture_read(store, id);
	assert_true(seen.enabled);
	assert_false(account_is_pinned(&seen));
	assert_false(seen.has_own_quota);
	assert_false(account_forwards(&seen));
	assert_false(seen.forward_keep_copy);
	store_close(&other);
	store_close(&store);
}

static void values_that_cannot_be_read_back_are_refused(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	struct account before = store_fixture_read(store, account.id);
	struct account nameless = {.class_name = "alumni"};
	struct account after;
	const char *id = account.id;
	char text[LONG_TEXT];
	int64_t quota = -1;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(store_account_set_class(store, id, text, NULL), -1);
	assert_int_equal(store_account_pin(store, id, text, "1", NULL), -1);
	assert_int_equal(store_account_pin(store, id, "u", text, NULL), -1);
	assert_int_equal(store_account_pin(store, id, "u", "", NULL), -1);
	assert_int_equal(store_account_pin(store, id, "", "1", NULL), -1);
	assert_int_equal(store_account_set_forward(store, id, text, true, NULL),
			 -1);
	assert_int_equal(store_account_set_quota(store, id, &quota, NULL), -1);
	assert_int_equal(store_trash_saved(store, id, 0, NULL), -1);
	assert_int_equal(store_trash_expired(store, id, 0, -1, NULL), -1);
	assert_int_equal(store_account_add(store, &nameless, 1, NULL),
			 STORE_ADD_FAILED);
	after = store_fixture_read(store, id);
	assert_memory_equal(&after, &before, sizeof(after));
	store_close(&store);
}

static void taken_name_is_refused(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account first = store_fixture_add(store, "alumna");
	struct account second = {.name = "alumna", .class_name = "student"};
	struct account found;

	assert_int_equal(store_account_add(store, &second, 2, NULL),
			 STORE_NAME_TAKEN);
	assert_string_equal(second.id, "");
	assert_int_equal(store_account_by_name(store, "alumna", &found, NULL),
			 1);
	assert_string_equal(found.id, first.id);
	assert_string_equal(found.class_name, "alumni");
	store_close(&store);
}

struct racer {
	struct store *store;
	pthread_barrier_t *barrier;
	enum store_add_result results[RACED_NAMES];
};

static void *race(void *argument)
{
	struct racer *racer = argument;

	for (int i = 0; i < RACED_NAMES; i++) {
		struct account account = {.class_name = "alumni"};

		(void)snprintf(account.name, sizeof(account.name), "name%d", i);
		(void)pthread_barrier_wait(racer->barrier);
		racer->results[i] =
			store_account_add(racer->store, &account, 1, NULL);
	}
	return NULL;
}

static void of_two_that_add_at_once_one_gets_the_name(void **state)
{
	pthread_barrier_t barrier;
	struct racer racers[2];
	pthread_t threads[2];

	assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
	for (int i = 0; i < 2; i++) {
		racers[i].store = store_fixture_open_all(state);
		racers[i].barrier = &barrier;
		assert_int_equal(
			pthread_create(&threads[i], NULL, race, &racers[i]), 0);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		store_close(&racers[i].store);
	}
	for (int i = 0; i < RACED_NAMES; i++) {
		enum store_add_result a = racers[0].results[i];
		enum store_add_result b = racers[1].results[i];

		assert_true((a == STORE_ADDED && b == STORE_NAME_TAKEN) ||
			    (b == STORE_ADDED && a == STORE_NAME_TAKEN));
	}
	(void)pthread_barrier_destroy(&barrier);
}

static void deleted_name_is_in_quarantine_until_it_is_free(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account old = store_fixture_add(store, "alumna");
	struct account new = {.name = "alumna", .class_name = "alumni"};

	assert_int_equal(store_account_delete(store, old.id, 100, NULL), 1);
	assert_int_equal(store_account_delete(store, old.id, 100, NULL), 0);
	assert_int_equal(store_account_by_name(store, "alumna", &old, NULL), 0);
	assert_int_equal(store_account_add(store, &new, 99, NULL),
			 STORE_NAME_QUARANTINED);
	assert_int_equal(store_account_add(store, &new, 100, NULL),
			 STORE_ADDED);
	/* A second life and death counts anew. */
	assert_int_equal(store_account_delete(store, new.id, 300, NULL), 1);
	assert_int_equal(store_account_add(store, &new, 299, NULL),
			 STORE_NAME_QUARANTINED);
	assert_int_equal(store_account_add(store, &new, 300, NULL),
			 STORE_ADDED);
	store_close(&store);
}

static void recreated_name_inherits_nothing(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account old = store_fixture_add(store, "alumna");
	struct account new = {.name = "alumna", .class_name = "alumni"};
	const struct credential password = {.hash = "{ARGON2ID}x"};
	struct credential found[CREDENTIALS_MAX];
	int64_t quota = 5;
	size_t count = 1;

	assert_int_equal(store_credential_set(store, old.id, &password, NULL),
			 0);
	assert_int_equal(store_account_pin(store, old.id, "u", "1", NULL), 1);
	assert_int_equal(store_account_set_quota(store, old.id, &quota, NULL),
			 1);
	assert_int_equal(store_account_set_forward(store, old.id, "a@b.example",
						   true, NULL),
			 1);
	assert_int_equal(store_usage_set(store, old.id,
					 &(struct usage_count){.bytes = 10,
							       .messages = 2,
							       .counted_at = 0},
					 0, NULL),
			 1);
	assert_int_equal(store_trash_saved(store, old.id, 50, NULL), 1);
	assert_int_equal(store_account_delete(store, old.id, 0, NULL), 1);
	assert_int_equal(store_account_add(store, &new, 9, NULL), STORE_ADDED);
	assert_string_not_equal(new.id, old.id);
	new = store_fixture_read(store, new.id);
	assert_false(account_is_pinned(&new));
	assert_false(new.has_own_quota);
	assert_false(account_forwards(&new));
	assert_int_equal(new.usage_bytes, 0);
	assert_int_equal(new.usage_messages, 0);
	assert_int_equal(new.trash_oldest, 0);
	assert_int_equal(new.trash_generation, 0);
	assert_int_equal(store_credentials(store, new.id, found, &count, NULL),
			 0);
	assert_int_equal(count, 0);
	/* Nor is anything left under the old id. */
	assert_int_equal(store_credentials(store, old.id, found, &count, NULL),
			 0);
	assert_int_equal(count, 0);
	store_close(&store);
}

static void accounts_are_listed_in_order_of_name(void **state)
{
	static const char *const names[] = {"zoe", "a",  "a-b",
					    "a.b", "ab", "a0"};
	static const char *const order[] = {"a",  "a-b", "a.b",
					    "a0", "ab",  "zoe"};
	struct store *store = store_fixture_open_all(state);
	struct account page[4];
	char after[ADDRESS_LOCAL_BYTES] = "";
	size_t seen = 0;
	size_t count;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		(void)store_fixture_add(store, names[i]);
	do {
		assert_int_equal(store_accounts_after(store, after, page, 4,
						      &count, NULL),
				 0);
		for (size_t i = 0; i < count; i++)
			assert_string_equal(page[i].name, order[seen++]);
		if (count > 0)
			(void)snprintf(after, sizeof(after), "%s",
				       page[count - 1].name);
	} while (count == 4);
	assert_int_equal(seen, sizeof(order) / sizeof(*order));
	store_close(&store);
}

static void what_a_directory_said_goes_with_its_pin(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	const char *id = account.id;

	assert_int_equal(store_account_set_denied(store, id, 77, NULL), 1);
	assert_int_equal(store_account_set_other(store, id, "university",
						 "other-id", NULL),
			 1);
	assert_int_equal(store_account_set_last_tier(store, id, "alumni", NULL),
			 1);
	assert_int_equal(
		store_account_set_backend(store, id, "b1.example", NULL), 1);
	assert_int_equal(store_account_by_name(store, "alumna", &account, NULL),
			 1);
	assert_true(account_is_denied(&account));
	assert_int_equal(account.denied_at, 77);
	assert_string_equal(account.other_directory, "university");
	assert_string_equal(account.other_directory_id, "other-id");
	assert_string_equal(account.last_tier, "alumni");
	assert_string_equal(account.backend, "b1.example");
	assert_int_equal(store_account_pin(store, id, "university", "x", NULL),
			 1);
	assert_int_equal(store_account_by_name(store, "alumna", &account, NULL),
			 1);
	assert_false(account_is_denied(&account));
	assert_string_equal(account.other_directory, "");
	assert_string_equal(account.other_directory_id, "");
	assert_string_equal(account.backend, "b1.example");
	assert_int_equal(store_account_set_denied(store, "absent", 77, NULL),
			 0);
	store_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(account_is_found_by_name_and_id),
		STORE_TEST(absent_account_is_absent),
		STORE_TEST(changes_are_seen_by_other_handles),
		STORE_TEST(values_that_cannot_be_read_back_are_refused),
		STORE_TEST(taken_name_is_refused),
		STORE_TEST(of_two_that_add_at_once_one_gets_the_name),
		STORE_TEST(deleted_name_is_in_quarantine_until_it_is_free),
		STORE_TEST(recreated_name_inherits_nothing),
		STORE_TEST(accounts_are_listed_in_order_of_name),
		STORE_TEST(what_a_directory_said_goes_with_its_pin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
