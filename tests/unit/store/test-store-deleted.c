/* SPDX-License-Identifier: MIT
 *
 * Deleted accounts that can be had back, renamed ones, and many changes as
 * one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/store/batch.h"
#include "lib/store/deleted.h"
#include "tests/unit/store/store-fixture.h"

static int found_by_name(struct store *store, const char *name)
{
	struct account account;

	return store_account_by_name(store, name, &account, NULL);
}

static enum store_add_result add(struct store *store, const char *name,
				 int64_t now)
{
	struct account account = {.class_name = "alumni", .enabled = true};

	(void)snprintf(account.name, sizeof(account.name), "%s", name);
	return store_account_add(store, &account, now, NULL);
}

static void no_change_reaches(struct store *store, const char *id)
{
	int64_t bytes = 5;

	assert_int_equal(store_account_set_enabled(store, id, true, NULL), 0);
	assert_int_equal(store_account_set_quota(store, id, &bytes, NULL), 0);
	assert_int_equal(
		store_account_set_forward(store, id, "a@b.c", false, NULL), 0);
}

static void a_deleted_account_is_seen_by_nothing(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "gone");
	struct account others[8];
	size_t count;

	assert_int_equal(store_alias_add(store, account.id, "g.one", 1, NULL),
			 STORE_ADDED);
	assert_int_equal(store_trash_saved(store, account.id, 5, NULL), 1);
	assert_int_equal(
		store_account_retire(store, account.id, 50, true, NULL), 1);
	assert_int_equal(
		store_account_retire(store, account.id, 60, false, NULL), 0);
	assert_int_equal(found_by_name(store, "gone"), 0);
	assert_int_equal(
		store_account_by_id(store, account.id, &others[0], NULL), 0);
	assert_int_equal(
		store_account_by_local_part(store, "g.one", &others[0], NULL),
		0);
	assert_int_equal(
		store_account_by_local_part(store, "gone", &others[0], NULL),
		0);
	assert_int_equal(
		store_accounts_after(store, "", others, 8, &count, NULL), 0);
	assert_int_equal(count, 0);
	assert_int_equal(store_trash_older_than(store, 100, 100, 0, "", others,
						8, &count, NULL),
			 0);
	assert_int_equal(count, 0);
	no_change_reaches(store, account.id);
	/* Its names stay taken. */
	assert_int_equal(add(store, "gone", 1000), STORE_NAME_QUARANTINED);
	assert_int_equal(add(store, "g.one", 1000), STORE_NAME_TAKEN);
	assert_int_equal(store_deleted_by_name(store, "gone", &others[0], NULL),
			 1);
	assert_int_equal(others[0].deleted_at, 50);
	assert_true(others[0].keep_mail);
	assert_int_equal(store_account_delete(store, account.id, 0, NULL), 1);
	store_close(&store);
}

static void a_deleted_account_is_sent_nothing_and_visited_no_more(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "quiet");
	struct account found;
	int64_t retention = 10;
	size_t count;

	assert_int_equal(store_warning_set(store, account.id, 0, 90, 90, NULL),
			 1);
	assert_int_equal(store_trash_saved(store, account.id, 5, NULL), 1);
	assert_int_equal(store_account_set_retention(store, account.id,
						     &retention, NULL),
			 1);
	assert_int_equal(store_warnings_due(store, "", &found, 1, &count, NULL),
			 0);
	assert_int_equal(count, 1);
	assert_int_equal(store_trash_older_than(store, 0, 100, 0, "", &found, 1,
						&count, NULL),
			 0);
	assert_int_equal(count, 1);
	assert_int_equal(
		store_account_retire(store, account.id, 50, false, NULL), 1);
	assert_int_equal(store_warnings_due(store, "", &found, 1, &count, NULL),
			 0);
	assert_int_equal(count, 0);
	assert_int_equal(store_trash_older_than(store, 0, 100, 0, "", &found, 1,
						&count, NULL),
			 0);
	assert_int_equal(count, 0);
	assert_int_equal(store_account_delete(store, account.id, 0, NULL), 1);
	store_close(&store);
}

static void those_deleted_at_the_same_time_are_all_seen_once(void **state)
{
	struct store *store = store_fixture_open_all(state);
	char after_id[ACCOUNT_ID_BYTES] = "";
	int64_t after_at = 0;
	struct account page[2];
	size_t seen = 0;
	size_t count;

	for (int i = 0; i < 5; i++) {
		char name[] = "same0";
		struct account account;

		name[4] = (char)('0' + i);
		account = store_fixture_add(store, name);
		assert_int_equal(
			store_account_retire(store, account.id, 7, false, NULL),
			1);
	}
	do {
		assert_int_equal(store_deleted_until(store, 7, after_at,
						     after_id, page, 2, &count,
						     NULL),
				 0);
		for (size_t i = 0; i < count; i++) {
			assert_true(strcmp(page[i].id, after_id) > 0);
			memcpy(after_id, page[i].id, sizeof(after_id));
			after_at = page[i].deleted_at;
			assert_int_equal(store_account_delete(store, page[i].id,
							      0, NULL),
					 1);
			seen++;
		}
	} while (count == 2);
	assert_int_equal(seen, 5);
	store_close(&store);
}

static void it_can_be_had_back_as_it_was(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "back");
	struct credential password = {.hash = "{X}h", .set_at = 3};
	struct credential found[CREDENTIALS_MAX];
	size_t count;

	assert_int_equal(
		store_credential_set(store, account.id, &password, NULL), 0);
	assert_int_equal(store_account_set_forward(store, account.id,
						   "a@b.example", true, NULL),
			 1);
	assert_int_equal(store_account_undelete(store, account.id, NULL), 0);
	assert_int_equal(
		store_account_retire(store, account.id, 50, true, NULL), 1);
	assert_int_equal(store_account_undelete(store, account.id, NULL), 1);
	assert_int_equal(store_account_by_name(store, "back", &account, NULL),
			 1);
	assert_false(account_is_deleted(&account));
	assert_false(account.keep_mail);
	assert_string_equal(account.forward_address, "a@b.example");
	assert_int_equal(
		store_credentials(store, account.id, found, &count, NULL), 0);
	assert_int_equal(count, 1);
	assert_int_equal(store_account_delete(store, account.id, 0, NULL), 1);
	store_close(&store);
}

static void those_due_come_oldest_first(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account[3] = {
		store_fixture_add(store, "due1"),
		store_fixture_add(store, "due2"),
		store_fixture_add(store, "due3"),
	};
	struct account found[2];
	size_t count;

	assert_int_equal(
		store_account_retire(store, account[0].id, 30, false, NULL), 1);
	assert_int_equal(
		store_account_retire(store, account[1].id, 20, true, NULL), 1);
	assert_int_equal(
		store_account_retire(store, account[2].id, 40, true, NULL), 1);
	assert_int_equal(
		store_deleted_until(store, 30, 0, "", found, 2, &count, NULL),
		0);
	assert_int_equal(count, 2);
	assert_string_equal(found[0].name, "due2");
	assert_true(found[0].keep_mail);
	assert_string_equal(found[1].name, "due1");
	assert_int_equal(store_deleted_until(store, 99, found[1].deleted_at,
					     found[1].id, found, 2, &count,
					     NULL),
			 0);
	assert_int_equal(count, 1);
	assert_string_equal(found[0].name, "due3");
	/* A purge quarantines the name. */
	assert_int_equal(store_account_delete(store, account[0].id, 100, NULL),
			 1);
	assert_int_equal(store_deleted_by_name(store, "due1", &found[0], NULL),
			 0);
	assert_int_equal(add(store, "due1", 99), STORE_NAME_QUARANTINED);
	assert_int_equal(add(store, "due1", 100), STORE_ADDED);
	store_close(&store);
}

/* ---- rename ---- */

static enum store_add_result rename_to(struct store *store,
				       const struct account *account,
				       const char *name,
				       enum store_old_name old_name)
{
	return store_account_rename(store, account->id, name, old_name, 100, 7,
				    NULL);
}

static void a_new_name_keeps_all_but_the_name(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "maiden");
	struct account found;

	assert_int_equal(
		rename_to(store, &account, "married", STORE_OLD_NAME_ALIAS),
		STORE_ADDED);
	assert_int_equal(found_by_name(store, "maiden"), 0);
	assert_int_equal(store_account_by_name(store, "married", &found, NULL),
			 1);
	assert_string_equal(found.id, account.id);
	/* Mail to the old name still comes. */
	assert_int_equal(
		store_account_by_local_part(store, "maiden", &found, NULL), 1);
	assert_string_equal(found.name, "married");
	/* And back: the alias becomes the name. */
	assert_int_equal(
		rename_to(store, &account, "maiden", STORE_OLD_NAME_QUARANTINE),
		STORE_ADDED);
	assert_int_equal(
		store_account_by_local_part(store, "married", &found, NULL), 0);
	assert_int_equal(add(store, "married", 99), STORE_NAME_QUARANTINED);
	/* Not for the account that had it. */
	assert_int_equal(
		rename_to(store, &account, "married", STORE_OLD_NAME_ALIAS),
		STORE_ADDED);
	assert_int_equal(
		rename_to(store, &account, "married", STORE_OLD_NAME_ALIAS),
		STORE_ADDED);
	store_close(&store);
}

static void names_of_others_are_not_taken(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "wants");
	struct account other = store_fixture_add(store, "has");
	struct account deleted = store_fixture_add(store, "deleted");

	assert_int_equal(store_alias_add(store, other.id, "h.as", 1, NULL),
			 STORE_ADDED);
	assert_int_equal(
		store_account_retire(store, deleted.id, 5, false, NULL), 1);
	assert_int_equal(
		rename_to(store, &account, "has", STORE_OLD_NAME_ALIAS),
		STORE_NAME_TAKEN);
	assert_int_equal(
		rename_to(store, &account, "h.as", STORE_OLD_NAME_ALIAS),
		STORE_NAME_TAKEN);
	assert_int_equal(
		rename_to(store, &account, "deleted", STORE_OLD_NAME_ALIAS),
		STORE_NAME_QUARANTINED);
	assert_int_equal(
		rename_to(store, &deleted, "new", STORE_OLD_NAME_ALIAS),
		STORE_ADD_FAILED);
	assert_int_equal(rename_to(store, &account, "", STORE_OLD_NAME_ALIAS),
			 STORE_ADD_FAILED);
	assert_int_equal(found_by_name(store, "wants"), 1);
	store_close(&store);
}

/* ---- as one ---- */

static void a_batch_is_all_or_nothing(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct store *other = store_fixture_open_all(state);
	struct credential password = {.hash = "{X}h", .set_at = 3};
	struct credential found[CREDENTIALS_MAX];
	struct account account;
	size_t count;

	assert_int_equal(store_batch_begin(store, NULL), 0);
	account = store_fixture_add(store, "batch1");
	assert_int_equal(
		store_credential_set(store, account.id, &password, NULL), 0);
	/* What fails within it leaves the rest. */
	assert_int_equal(add(store, "batch1", 1), STORE_NAME_TAKEN);
	assert_int_equal(found_by_name(other, "batch1"), 0);
	store_batch_rollback(store);
	assert_int_equal(found_by_name(store, "batch1"), 0);
	assert_int_equal(
		store_credentials(store, account.id, found, &count, NULL), 0);
	assert_int_equal(count, 0);

	assert_int_equal(store_batch_begin(store, NULL), 0);
	account = store_fixture_add(store, "batch1");
	assert_int_equal(add(store, "batch1", 1), STORE_NAME_TAKEN);
	assert_int_equal(
		store_credential_set(store, account.id, &password, NULL), 0);
	assert_int_equal(store_batch_commit(store, NULL), 0);
	assert_int_equal(found_by_name(other, "batch1"), 1);
	assert_int_equal(
		store_credentials(other, account.id, found, &count, NULL), 0);
	assert_int_equal(count, 1);
	/* It is over. */
	store_batch_rollback(store);
	assert_int_equal(add(store, "batch2", 1), STORE_ADDED);
	assert_int_equal(found_by_name(other, "batch2"), 1);
	store_close(&other);
	store_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_deleted_account_is_seen_by_nothing),
		cmocka_unit_test(
			a_deleted_account_is_sent_nothing_and_visited_no_more),
		cmocka_unit_test(
			those_deleted_at_the_same_time_are_all_seen_once),
		cmocka_unit_test(it_can_be_had_back_as_it_was),
		cmocka_unit_test(those_due_come_oldest_first),
		cmocka_unit_test(a_new_name_keeps_all_but_the_name),
		cmocka_unit_test(names_of_others_are_not_taken),
		cmocka_unit_test(a_batch_is_all_or_nothing),
	};

	return cmocka_run_group_tests(tests, store_fixture_set_up,
				      store_fixture_tear_down);
}
