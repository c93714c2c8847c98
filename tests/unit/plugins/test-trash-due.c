/* SPDX-License-Identifier: MIT
 *
 * The list of accounts whose Trash is due, as the dict driver gives it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "plugins/dict/trash-due.h"
#include "tests/unit/plugins/dict-fixture.h"

/* More than two pages of trash-due.c. */
#define MANY_ACCOUNTS 230

static void expect_next(struct trash_due *due, const char *name,
			int64_t retention)
{
	const struct account *account;
	struct error error = {.text = ""};
	int64_t found;
	int ret = trash_due_next(due, &account, &found, &error);

	if (name == NULL) {
		assert_int_equal(ret, 0);
		return;
	}
	assert_int_equal(ret, 1);
	assert_string_equal(account->name, name);
	assert_int_equal(found, retention);
}

static void test_due_by_class(void **state)
{
	const struct dict_fixture *fixture = *state;
	const int64_t day = DAY, never = 0;
	struct account account;
	struct trash_due *due;

	account = dict_fixture_add(fixture, "young", "alumni");
	dict_fixture_save_into_trash(fixture, &account, NOW - 7 * DAY + 1);
	account = dict_fixture_add(fixture, "old", "alumni");
	dict_fixture_save_into_trash(fixture, &account, NOW - 7 * DAY);
	account = dict_fixture_add(fixture, "older", "alumni");
	dict_fixture_save_into_trash(fixture, &account, NOW - 20 * DAY);
	account = dict_fixture_add(fixture, "longer-young", "longer");
	dict_fixture_save_into_trash(fixture, &account, NOW - 20 * DAY);
	account = dict_fixture_add(fixture, "longer-old", "longer");
	dict_fixture_save_into_trash(fixture, &account, NOW - 31 * DAY);
	account = dict_fixture_add(fixture, "ever", "ever");
	dict_fixture_save_into_trash(fixture, &account, NOW - 1000 * DAY);
	dict_fixture_add(fixture, "empty", "alumni");

	/* A retention of their own, shorter and longer. */
	account = dict_fixture_add(fixture, "own-old", "ever");
	dict_fixture_save_into_trash(fixture, &account, NOW - DAY);
	assert_int_equal(store_account_set_retention(fixture->store, account.id,
						     &day, NULL),
			 1);
	account = dict_fixture_add(fixture, "own-ever", "alumni");
	dict_fixture_save_into_trash(fixture, &account, NOW - 1000 * DAY);
	assert_int_equal(store_account_set_retention(fixture->store, account.id,
						     &never, NULL),
			 1);

	due = trash_due_new(fixture->backend, NOW);
	expect_next(due, "longer-old", 30 * DAY);
	expect_next(due, "older", 7 * DAY);
	expect_next(due, "old", 7 * DAY);
	expect_next(due, "own-old", DAY);
	expect_next(due, NULL, 0);
	expect_next(due, NULL, 0);
	trash_due_free(&due);
	assert_null(due);
}

static void test_due_pages(void **state)
{
	const struct dict_fixture *fixture = *state;
	const struct account *found;
	struct account account;
	struct trash_due *due;
	struct error error = {.text = ""};
	char name[ADDRESS_LOCAL_BYTES];
	int64_t retention, last = 0;
	unsigned int i, count = 0;

	/* Ten of each time, so that a page ends among equals. */
	for (i = 0; i < MANY_ACCOUNTS; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		account = dict_fixture_add(fixture, name, "alumni");
		dict_fixture_save_into_trash(fixture, &account,
					     NOW - 30 * DAY + i / 10);
	}
	due = trash_due_new(fixture->backend, NOW);
	while (trash_due_next(due, &found, &retention, &error) > 0) {
		assert_true(found->trash_oldest >= last);
		last = found->trash_oldest;
		count++;
		assert_true(count <= MANY_ACCOUNTS);
		/* Every other one is visited and found empty, the rest stay
		   as they are: none is given twice, none is lost. */
		if (count % 2 == 0)
			continue;
		assert_int_equal(store_trash_expired(fixture->store, found->id,
						     found->trash_generation, 0,
						     &error),
				 1);
	}
	assert_string_equal(error.text, "");
	assert_int_equal(count, MANY_ACCOUNTS);
	trash_due_free(&due);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DICT_TEST(test_due_by_class),
		DICT_TEST(test_due_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
