/* SPDX-License-Identifier: MIT
 *
 * The columns of accounts: that the list has all that the table has, that the
 * audit trail notices the changes which the list says, and that a new account
 * is the same wherever it comes from.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "lib/account/audit.h"
#include "lib/store/columns.h"
#include "lib/store/deleted.h"
#include "lib/store/import.h"
#include "tests/unit/store/store-fixture.h"

#define NOW 1234

static bool has_column(const struct columns *columns, const char *name)
{
	for (size_t i = 0; i < columns->count; i++) {
		if (strcmp(columns->list[i].name, name) == 0)
			return true;
	}
	return false;
}

static void every_column_of_the_table_is_listed(void **state)
{
	const struct store_fixture *fixture = *state;
	sqlite3 *handle = NULL;
	sqlite3_stmt *query = NULL;
	size_t count = 0;

	assert_int_equal(sqlite3_open(fixture->accounts, &handle), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(handle,
					    "SELECT name FROM"
					    " pragma_table_info('accounts')",
					    -1, &query, NULL),
			 SQLITE_OK);
	while (sqlite3_step(query) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(query, 0);

		if (!has_column(&account_columns, name))
			fail_msg("%s is not listed", name);
		count++;
	}
	assert_int_equal(count, account_columns.count);
	assert_int_equal(sqlite3_finalize(query), SQLITE_OK);
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

/* Gives the column another value. */
static void change_column(const struct column *column, struct account *account)
{
	char *field = (char *)account + column->offset;

	switch (column->type) {
	case COLUMN_TYPE_TEXT:
		(void)snprintf(field, column->size, "%s", "other");
		break;
	case COLUMN_TYPE_NUMBER:
		*(int64_t *)field += 7;
		break;
	case COLUMN_TYPE_INT:
		*(int *)field += 7;
		break;
	case COLUMN_TYPE_SWITCH:
		*(bool *)field = !*(bool *)field;
		break;
	case COLUMN_TYPE_OPTIONAL:
		*(bool *)((char *)account + column->has_offset) = true;
		*(int64_t *)field += 7;
		break;
	default:
		fail_msg("no account has a column like %s", column->name);
	}
}

static void the_trail_keeps_what_the_list_says(void **state)
{
	/* Whether a copy is kept is only told of one that forwards. */
	const struct account before = {.forward_address = "a@b.example"};

	(void)state;
	for (size_t i = 0; i < account_columns.count; i++) {
		const struct column *column = &account_columns.list[i];
		bool is_kept = (column->flags & ACCOUNT_COLUMN_AUDITED) != 0;
		struct audit_change changes[AUDIT_CHANGES_MAX];
		struct account after = before;

		change_column(column, &after);
		assert_false(column_is_equal(column, &before, &after));
		if ((audit_compare(&before, &after, changes) > 0) != is_kept)
			fail_msg("a change of %s %s", column->name,
				 is_kept ? "leaves no entry"
					 : "leaves an entry");
	}
}

/* What an administrator gives, and nothing else. */
static struct account given(const char *name)
{
	struct account account = {
		.class_name = "alumni",
		.enabled = true,
		.directory = "university",
		.directory_id = "uuid",
		.has_own_quota = true,
		.own_quota = 5,
	};

	(void)snprintf(account.name, sizeof(account.name), "%s", name);
	return account;
}

static struct account read_by_name(struct store *store, const char *name)
{
	struct account account;

	assert_int_equal(store_account_by_name(store, name, &account, NULL), 1);
	return account;
}

static void a_new_account_is_the_same_wherever_it_comes_from(void **state)
{
	static const char *const own[] = {"id", "name", NULL};
	struct store *store = store_fixture_open_all(state);
	struct account added = given("added");
	struct account imported = given("imported");
	struct account found;

	assert_int_equal(store_account_add(store, &added, NOW, NULL),
			 STORE_ADDED);
	found = read_by_name(store, "added");
	assert_memory_equal(&found, &added, sizeof(found));
	assert_true(found.forward_keep_copy);
	assert_int_equal(
		store_import(store,
			     &(struct store_import){.account = &imported}, NOW,
			     NULL),
		STORE_ADDED);
	imported = read_by_name(store, "imported");
	store_fixture_expect_equal(&added, &imported, own);
	/* Deleted and brought back, it is the same too. */
	assert_int_equal(store_account_retire(store, added.id, 9, true, NULL),
			 1);
	assert_int_equal(store_account_undelete(store, added.id, NULL), 1);
	found = read_by_name(store, "added");
	assert_memory_equal(&found, &added, sizeof(found));
	store_close(&store);
}

static void an_undelete_gives_every_column_back(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "all");
	const struct store_fixture *fixture = *state;
	struct account before, after;

	store_fixture_execute(
		fixture->accounts,
		"UPDATE accounts SET class = 'c', enabled = 0, created_at = 2,"
		" directory = 'd', directory_id = 'e', denied_at = 3,"
		" other_directory = 'f', other_directory_id = 'g',"
		" last_tier = 'h', backend = 'i', own_quota = 4,"
		" own_retention = 5, forward_address = 'j',"
		" forward_keep_copy = 0, usage_bytes = 6, usage_messages = 7,"
		" usage_counted_at = 8, usage_saved_at = 9,"
		" usage_uid_validity = 10, usage_uid_next = 11, warned = 12,"
		" warning_due = 13, warning_token = 'k', trash_oldest = 14,"
		" trash_generation = 15, sending_blocked_at = 16,"
		" sending_block_reason = 'l'");
	before = store_fixture_read(store, account.id);
	assert_int_equal(store_account_retire(store, account.id, 9, true, NULL),
			 1);
	assert_int_equal(store_account_undelete(store, account.id, NULL), 1);
	after = store_fixture_read(store, account.id);
	assert_memory_equal(&after, &before, sizeof(after));
	store_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(every_column_of_the_table_is_listed),
		cmocka_unit_test(the_trail_keeps_what_the_list_says),
		STORE_TEST(a_new_account_is_the_same_wherever_it_comes_from),
		STORE_TEST(an_undelete_gives_every_column_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
