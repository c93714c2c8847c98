/* SPDX-License-Identifier: MIT
 *
 * What the account store promises: names, quarantine, published news, due
 * Trash folders, credentials.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "tests/unit/store-fixture.h"

#define RACED_NAMES 40
#define LONG_TEXT   2000

static struct store *open_all(void **state)
{
	return store_fixture_open(*state, STORE_ACCOUNTS_AND_CREDENTIALS);
}

static struct account read_back(struct store *store, const char *id)
{
	struct account account;
	struct error error = {""};

	if (store_account_by_id(store, id, &account, &error) != 1)
		fail_msg("%s is not found: %s", id, error.text);
	return account;
}

static void account_is_found_by_name_and_id(void **state)
{
	struct store *store = open_all(state);
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
	found = read_back(store, added.id);
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
	struct store *store = open_all(state);
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
	struct store *store = open_all(state);
	struct store *other = store_fixture_open(*state, STORE_ACCOUNTS);
	const char *id;
	struct account account = store_fixture_add(store, "alumna");
	int64_t quota = 0;
	struct account seen;

	id = account.id;
	assert_false(read_back(other, id).has_own_quota);
	assert_int_equal(store_account_set_enabled(store, id, false, NULL), 1);
	assert_int_equal(store_account_set_class(store, id, "student", NULL),
			 1);
	assert_int_equal(store_account_pin(store, id, "u", "uuid", NULL), 1);
	assert_int_equal(store_account_set_quota(store, id, &quota, NULL), 1);
	assert_int_equal(
		store_account_set_forward(store, id, "A@b.example", true, NULL),
		1);
	seen = read_back(other, id);
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
	seen = read_back(store, id);
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
	struct store *store = open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	struct account before = read_back(store, account.id);
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
	after = read_back(store, id);
	assert_memory_equal(&after, &before, sizeof(after));
	store_close(&store);
}

static void taken_name_is_refused(void **state)
{
	struct store *store = open_all(state);
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
		racers[i].store = open_all(state);
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
	struct store *store = open_all(state);
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
	struct store *store = open_all(state);
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
	new = read_back(store, new.id);
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
	struct store *store = open_all(state);
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

static void a_warning_is_taken_once(void **state)
{
	struct store *store = open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	const char *id = account.id;
	struct account found[2];
	size_t count;

	assert_int_equal(store_warnings_due(store, "", found, 2, &count, NULL),
			 0);
	assert_int_equal(count, 0);
	assert_int_equal(store_warning_set(store, id, 0, 80, 80, NULL), 1);
	/* Another session saw the same crossing. */
	assert_int_equal(store_warning_set(store, id, 0, 80, 80, NULL), 0);
	assert_int_equal(store_warnings_due(store, "", found, 2, &count, NULL),
			 0);
	assert_int_equal(count, 1);
	assert_string_equal(found[0].id, id);
	assert_int_equal(found[0].warning_due, 80);
	assert_int_equal(store_warning_take(store, id, 95, "t", NULL), 0);
	assert_int_equal(store_warning_take(store, id, 80, "t", NULL), 1);
	assert_int_equal(store_warning_take(store, id, 80, "u", NULL), 0);
	assert_int_equal(store_warning_take(store, id, 0, "u", NULL), 0);
	assert_int_equal(read_back(store, id).warned, 80);
	assert_string_equal(read_back(store, id).warning_token, "t");
	assert_int_equal(store_warning_delivered(store, id, "x", NULL), 0);
	assert_int_equal(store_warning_delivered(store, id, "", NULL), -1);
	assert_int_equal(store_warning_delivered(store, id, "t", NULL), 1);
	assert_string_equal(read_back(store, id).warning_token, "");
	store_close(&store);
}

static void a_retention_of_its_own_decides_what_is_due(void **state)
{
	/* Now is 100; the class lets expire what is of 40 and before. */
	static const struct {
		int64_t oldest, own;
	} cases[] = {{39, -1}, {41, -1}, {10, 0}, {38, 90},
		     {95, 5},  {96, 5},  {20, -1}};
	static const int64_t due[] = {20, 39, 95};
	struct store *store = open_all(state);
	struct account found[8];
	size_t count;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char name[] = "name0";
		struct account account;

		name[4] = (char)('0' + i);
		account = store_fixture_add(store, name);
		assert_int_equal(store_trash_saved(store, account.id,
						   cases[i].oldest, NULL),
				 1);
		if (cases[i].own >= 0)
			assert_int_equal(
				store_account_set_retention(
					store, account.id, &cases[i].own, NULL),
				1);
	}
	assert_int_equal(store_trash_older_than(store, 40, 100, 0, "", found, 8,
						&count, NULL),
			 0);
	assert_int_equal(count, 3);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(found[i].trash_oldest, due[i]);
	/* In pages too. */
	assert_int_equal(store_trash_older_than(store, 40, 100, 39, found[1].id,
						found, 8, &count, NULL),
			 0);
	assert_int_equal(count, 1);
	assert_true(found[0].has_own_retention && found[0].own_retention == 5);
	assert_int_equal(
		store_account_set_retention(store, found[0].id, NULL, NULL), 1);
	assert_false(read_back(store, found[0].id).has_own_retention);
	store_close(&store);
}

static void trash_keeps_the_oldest_and_counts_generations(void **state)
{
	struct store *store = open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	const char *id = account.id;

	assert_int_equal(store_trash_saved(store, id, 500, NULL), 1);
	assert_int_equal(read_back(store, id).trash_oldest, 500);
	assert_int_equal(store_trash_saved(store, id, 300, NULL), 1);
	assert_int_equal(read_back(store, id).trash_oldest, 300);
	assert_int_equal(store_trash_saved(store, id, 400, NULL), 1);
	assert_int_equal(read_back(store, id).trash_oldest, 300);
	/* It rose even when the time stayed: a session has been there. */
	assert_int_equal(read_back(store, id).trash_generation, 3);
	store_close(&store);
}

static void expiry_yields_to_a_session_that_came_first(void **state)
{
	struct store *store = open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	const char *id = account.id;
	int64_t generation;

	assert_int_equal(store_trash_saved(store, id, 100, NULL), 1);
	generation = read_back(store, id).trash_generation;
	/* The expiry is in the mailbox while a message is moved to Trash. */
	assert_int_equal(store_trash_saved(store, id, 900, NULL), 1);
	assert_int_equal(store_trash_expired(store, id, generation, 0, NULL),
			 0);
	assert_int_equal(read_back(store, id).trash_oldest, 100);
	/* The next one finds that message. */
	generation = read_back(store, id).trash_generation;
	assert_int_equal(store_trash_expired(store, id, generation, 900, NULL),
			 1);
	assert_int_equal(read_back(store, id).trash_oldest, 900);
	generation = read_back(store, id).trash_generation;
	assert_int_equal(store_trash_expired(store, id, generation, 0, NULL),
			 1);
	assert_int_equal(read_back(store, id).trash_oldest, 0);
	assert_int_equal(store_trash_saved(store, id, 950, NULL), 1);
	assert_int_equal(read_back(store, id).trash_oldest, 950);
	store_close(&store);
}

static void due_accounts_come_oldest_first_in_pages(void **state)
{
	/* Equal times, and more of them than a page holds. */
	static const int64_t oldest[] = {30, 10, 20, 20, 20, 0, 40, 41};
	struct store *store = open_all(state);
	struct account page[2];
	struct account last = {.trash_oldest = 0};
	size_t seen = 0;
	size_t count;

	for (size_t i = 0; i < sizeof(oldest) / sizeof(*oldest); i++) {
		char name[] = "name0";
		struct account account;

		name[4] = (char)('0' + i);
		account = store_fixture_add(store, name);
		if (oldest[i] != 0)
			assert_int_equal(store_trash_saved(store, account.id,
							   oldest[i], NULL),
					 1);
	}
	do {
		assert_int_equal(
			store_trash_older_than(store, 40, 0, last.trash_oldest,
					       last.id, page, 2, &count, NULL),
			0);
		for (size_t i = 0; i < count; i++) {
			assert_true(
				page[i].trash_oldest > last.trash_oldest ||
				(page[i].trash_oldest == last.trash_oldest &&
				 strcmp(page[i].id, last.id) > 0));
			last = page[i];
			seen++;
		}
	} while (count == 2);
	assert_int_equal(seen, 6);
	assert_int_equal(last.trash_oldest, 40);
	assert_int_equal(store_trash_older_than(store, 0, 0, 0, "", page, 2,
						&count, NULL),
			 0);
	assert_int_equal(count, 0);
	store_close(&store);
}

static struct credential credential_of(const char *label, const char *hash,
				       int64_t set_at)
{
	struct credential credential = {.kind = CREDENTIAL_PASSWORD,
					.set_at = set_at};

	(void)snprintf(credential.label, sizeof(credential.label), "%s", label);
	(void)snprintf(credential.hash, sizeof(credential.hash), "%s", hash);
	return credential;
}

static void credentials_are_told_apart_by_label(void **state)
{
	struct store *store = open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	struct account other = store_fixture_add(store, "other");
	struct credential one = credential_of("", "{X}one", 5);
	struct credential two = credential_of("phone", "{X}two", 6);
	struct credential found[CREDENTIALS_MAX];
	size_t count = 0;

	assert_int_equal(store_credential_set(store, account.id, &one, NULL),
			 0);
	assert_int_equal(store_credential_set(store, account.id, &two, NULL),
			 0);
	one = credential_of("", "{X}newer", 7);
	assert_int_equal(store_credential_set(store, account.id, &one, NULL),
			 0);
	assert_int_equal(
		store_credentials(store, account.id, found, &count, NULL), 0);
	assert_int_equal(count, 2);
	assert_string_equal(found[0].label, "");
	assert_string_equal(found[0].hash, "{X}newer");
	assert_int_equal(found[0].set_at, 7);
	assert_string_equal(found[1].label, "phone");
	assert_string_equal(found[1].hash, "{X}two");
	assert_int_equal(
		store_credentials(store, other.id, found, &count, NULL), 0);
	assert_int_equal(count, 0);
	assert_int_equal(store_credential_clear(store, account.id,
						CREDENTIAL_PASSWORD, "", NULL),
			 1);
	assert_int_equal(store_credential_clear(store, account.id,
						CREDENTIAL_PASSWORD, "", NULL),
			 0);
	assert_int_equal(
		store_credentials(store, account.id, found, &count, NULL), 0);
	assert_int_equal(count, 1);
	store_close(&store);
}

static void a_hash_is_renewed_if_it_is_still_the_same(void **state)
{
	struct store *store = open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	struct credential one = credential_of("", "{X}old", 5);
	struct credential found[CREDENTIALS_MAX];
	size_t count = 0;

	assert_int_equal(store_credential_set(store, account.id, &one, NULL),
			 0);
	assert_int_equal(store_credential_rehash(store, account.id, &one,
						 "{X}new", NULL),
			 1);
	/* Somebody has set another password meanwhile. */
	assert_int_equal(store_credential_rehash(store, account.id, &one,
						 "{X}newer", NULL),
			 0);
	assert_int_equal(
		store_credentials(store, account.id, found, &count, NULL), 0);
	assert_int_equal(count, 1);
	assert_string_equal(found[0].hash, "{X}new");
	assert_int_equal(found[0].set_at, 5);
	assert_int_equal(
		store_credential_rehash(store, account.id, &found[0], "", NULL),
		-1);
	store_close(&store);
}

static void a_learned_password_is_a_credential_of_its_own(void **state)
{
	struct store *store = open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	struct credential own = credential_of("", "{X}own", 5);
	struct credential learned = credential_of("university", "{X}l", 6);
	struct credential found[CREDENTIALS_MAX];
	size_t count = 0;

	learned.kind = CREDENTIAL_LEARNED;
	assert_int_equal(store_credential_set(store, account.id, &own, NULL),
			 0);
	assert_int_equal(
		store_credential_set(store, account.id, &learned, NULL), 0);
	assert_int_equal(store_credential_clear(store, account.id,
						CREDENTIAL_PASSWORD, "", NULL),
			 1);
	assert_int_equal(
		store_credentials(store, account.id, found, &count, NULL), 0);
	assert_int_equal(count, 1);
	assert_int_equal(found[0].kind, CREDENTIAL_LEARNED);
	assert_string_equal(found[0].label, "university");
	store_close(&store);
}

static void what_a_directory_said_goes_with_its_pin(void **state)
{
	struct store *store = open_all(state);
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

static void credentials_are_limited_in_number(void **state)
{
	struct store *store = open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	struct credential found[CREDENTIALS_MAX];
	struct credential credential;
	struct error error = {""};
	size_t count = 0;
	char label[CREDENTIAL_LABEL_BYTES];

	for (int i = 0; i < CREDENTIALS_MAX; i++) {
		(void)snprintf(label, sizeof(label), "label%d", i);
		credential = credential_of(label, "{X}h", i);
		assert_int_equal(store_credential_set(store, account.id,
						      &credential, NULL),
				 0);
	}
	credential = credential_of("one more", "{X}h", 1);
	assert_int_equal(
		store_credential_set(store, account.id, &credential, &error),
		-1);
	assert_non_null(strstr(error.text, "32 credentials already"));
	/* One that exists can still be replaced. */
	credential = credential_of("label7", "{X}new", 1);
	assert_int_equal(
		store_credential_set(store, account.id, &credential, NULL), 0);
	assert_int_equal(
		store_credentials(store, account.id, found, &count, NULL), 0);
	assert_int_equal(count, CREDENTIALS_MAX);
	credential = credential_of("", "", 1);
	assert_int_equal(
		store_credential_set(store, account.id, &credential, NULL), -1);
	store_close(&store);
}

static void handle_without_credentials_gets_none(void **state)
{
	struct store *store = store_fixture_open(*state, STORE_ACCOUNTS);
	struct account account = store_fixture_add(store, "alumna");
	struct credential credential = credential_of("", "{X}h", 1);
	struct credential found[CREDENTIALS_MAX];
	struct error error = {""};
	size_t count;

	assert_int_equal(
		store_credentials(store, account.id, found, &count, &error),
		-1);
	assert_non_null(strstr(error.text, "without credentials"));
	assert_int_equal(
		store_credential_set(store, account.id, &credential, NULL), -1);
	assert_int_equal(store_credential_clear(store, account.id,
						CREDENTIAL_PASSWORD, "", NULL),
			 -1);
	/* It could not delete them either. */
	assert_int_equal(store_account_delete(store, account.id, 1, NULL), -1);
	assert_int_equal(store_account_by_id(store, account.id, &account, NULL),
			 1);
	store_close(&store);
}

#define STORE_TEST(function)                                                   \
	cmocka_unit_test_setup_teardown(function, store_fixture_set_up,        \
					store_fixture_tear_down)

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
		STORE_TEST(a_warning_is_taken_once),
		STORE_TEST(a_retention_of_its_own_decides_what_is_due),
		STORE_TEST(trash_keeps_the_oldest_and_counts_generations),
		STORE_TEST(expiry_yields_to_a_session_that_came_first),
		STORE_TEST(due_accounts_come_oldest_first_in_pages),
		STORE_TEST(credentials_are_told_apart_by_label),
		STORE_TEST(a_hash_is_renewed_if_it_is_still_the_same),
		STORE_TEST(a_learned_password_is_a_credential_of_its_own),
		STORE_TEST(what_a_directory_said_goes_with_its_pin),
		STORE_TEST(credentials_are_limited_in_number),
		STORE_TEST(handle_without_credentials_gets_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
