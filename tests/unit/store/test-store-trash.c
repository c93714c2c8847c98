/* SPDX-License-Identifier: MIT
 *
 * News of Trash folders in the store: the oldest message, and whose are due.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/store/store-fixture.h"

static void a_retention_of_its_own_decides_what_is_due(void **state)
{
	/* Now is 100; the class lets expire what is of 40 and before. */
	static const struct {
		int64_t oldest, own;
	} cases[] = {{39, -1}, {41, -1}, {10, 0}, {38, 90},
		     {95, 5},  {96, 5},  {20, -1}};
	static const int64_t due[] = {20, 39, 95};
	struct store *store = store_fixture_open_all(state);
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
	assert_false(store_fixture_read(store, found[0].id).has_own_retention);
	store_close(&store);
}

static void trash_keeps_the_oldest_and_counts_generations(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	const char *id = account.id;

	assert_int_equal(store_trash_saved(store, id, 500, NULL), 1);
	assert_int_equal(store_fixture_read(store, id).trash_oldest, 500);
	assert_int_equal(store_trash_saved(store, id, 300, NULL), 1);
	assert_int_equal(store_fixture_read(store, id).trash_oldest, 300);
	assert_int_equal(store_trash_saved(store, id, 400, NULL), 1);
	assert_int_equal(store_fixture_read(store, id).trash_oldest, 300);
	/* It rose even when the time stayed: a session has been there. */
	assert_int_equal(store_fixture_read(store, id).trash_generation, 3);
	store_close(&store);
}

static void expiry_yields_to_a_session_that_came_first(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	const char *id = account.id;
	int64_t generation;

	assert_int_equal(store_trash_saved(store, id, 100, NULL), 1);
	generation = store_fixture_read(store, id).trash_generation;
	/* The expiry is in the mailbox while a message is moved to Trash. */
	assert_int_equal(store_trash_saved(store, id, 900, NULL), 1);
	assert_int_equal(store_trash_expired(store, id, generation, 0, NULL),
			 0);
	assert_int_equal(store_fixture_read(store, id).trash_oldest, 100);
	/* The next one finds that message. */
	generation = store_fixture_read(store, id).trash_generation;
	assert_int_equal(store_trash_expired(store, id, generation, 900, NULL),
			 1);
	assert_int_equal(store_fixture_read(store, id).trash_oldest, 900);
	generation = store_fixture_read(store, id).trash_generation;
	assert_int_equal(store_trash_expired(store, id, generation, 0, NULL),
			 1);
	assert_int_equal(store_fixture_read(store, id).trash_oldest, 0);
	assert_int_equal(store_trash_saved(store, id, 950, NULL), 1);
	assert_int_equal(store_fixture_read(store, id).trash_oldest, 950);
	store_close(&store);
}

static void due_accounts_come_oldest_first_in_pages(void **state)
{
	/* Equal times, and more of them than a page holds. */
	static const int64_t oldest[] = {30, 10, 20, 20, 20, 0, 40, 41};
	struct store *store = store_fixture_open_all(state);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_retention_of_its_own_decides_what_is_due),
		STORE_TEST(trash_keeps_the_oldest_and_counts_generations),
		STORE_TEST(expiry_yields_to_a_session_that_came_first),
		STORE_TEST(due_accounts_come_oldest_first_in_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
