/* SPDX-License-Identifier: MIT
 *
 * Aliases of accounts in the store: one name means one account, and what
 * somebody had is not somebody else's at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/store/store-fixture.h"

static void add(struct store *store, const struct account *account,
		const char *name)
{
	struct error error = {""};

	if (store_alias_add(store, account->id, name, 5, &error) != STORE_ADDED)
		fail_msg("%s: %s", name, error.text);
}

/* The name of the account that gets mail for this, or "". */
static const char *owner(struct store *store, const char *name)
{
	static struct account account;
	struct error error = {""};

	switch (store_account_by_local_part(store, name, &account, &error)) {
	case 1:
		return account.name;
	case 0:
		return "";
	default:
		fail_msg("%s: %s", name, error.text);
		return NULL;
	}
}

static void an_alias_finds_its_account(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account kari = store_fixture_add(store, "kari");
	struct account ola = store_fixture_add(store, "ola");
	struct account found;

	add(store, &kari, "kari.nordmann");
	add(store, &ola, "o.nordmann");
	assert_string_equal(owner(store, "kari"), "kari");
	assert_string_equal(owner(store, "kari.nordmann"), "kari");
	assert_string_equal(owner(store, "o.nordmann"), "ola");
	assert_string_equal(owner(store, "nordmann"), "");
	/* It opens nothing. */
	assert_int_equal(
		store_account_by_name(store, "kari.nordmann", &found, NULL), 0);
	store_close(&store);
}

static void aliases_are_listed_in_order(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "lister");
	struct alias aliases[ALIASES_MAX];
	size_t count = 9;

	assert_int_equal(
		store_aliases(store, account.id, aliases, &count, NULL), 0);
	assert_int_equal(count, 0);
	add(store, &account, "list-b");
	add(store, &account, "list-a");
	assert_int_equal(
		store_aliases(store, account.id, aliases, &count, NULL), 0);
	assert_int_equal(count, 2);
	assert_string_equal(aliases[0].name, "list-a");
	assert_string_equal(aliases[1].name, "list-b");
	assert_int_equal(aliases[0].created_at, 5);
	store_close(&store);
}

static void a_name_is_given_out_once(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account first = store_fixture_add(store, "first");
	struct account second = store_fixture_add(store, "second");
	struct account third = {.name = "shared", .enabled = true};
	struct error error = {""};

	add(store, &first, "shared");
	assert_int_equal(store_alias_add(store, second.id, "shared", 1, &error),
			 STORE_NAME_TAKEN);
	assert_int_equal(store_alias_add(store, first.id, "shared", 1, &error),
			 STORE_NAME_TAKEN);
	assert_int_equal(store_alias_add(store, second.id, "first", 1, &error),
			 STORE_NAME_TAKEN);
	assert_int_equal(store_account_add(store, &third, 1, &error),
			 STORE_NAME_TAKEN);
	assert_int_equal(store_alias_add(store, "none", "x", 1, &error),
			 STORE_ADD_FAILED);
	assert_non_null(strstr(error.text, "no such account"));
	assert_int_equal(store_alias_add(store, first.id, "", 1, &error),
			 STORE_ADD_FAILED);
	store_close(&store);
}

static void a_removed_alias_is_in_quarantine_for_others(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account first = store_fixture_add(store, "q-first");
	struct account second = store_fixture_add(store, "q-second");
	struct account third = {.name = "q-alias", .enabled = true};
	struct error error = {""};

	add(store, &first, "q-alias");
	assert_int_equal(
		store_alias_remove(store, second.id, "q-alias", 100, &error),
		0);
	assert_string_equal(owner(store, "q-alias"), "q-first");
	assert_int_equal(
		store_alias_remove(store, first.id, "q-alias", 100, &error), 1);
	assert_string_equal(owner(store, "q-alias"), "");
	assert_int_equal(
		store_alias_add(store, second.id, "q-alias", 99, &error),
		STORE_NAME_QUARANTINED);
	assert_int_equal(store_account_add(store, &third, 99, &error),
			 STORE_NAME_QUARANTINED);
	/* A mistake can be taken back. */
	assert_int_equal(
		store_alias_add(store, first.id, "q-alias", 99, &error),
		STORE_ADDED);
	/* Given up: free at once. */
	assert_int_equal(
		store_alias_remove(store, first.id, "q-alias", 0, &error), 1);
	assert_int_equal(
		store_alias_add(store, second.id, "q-alias", 99, &error),
		STORE_ADDED);
	store_close(&store);
}

static void deleting_an_account_keeps_its_aliases_from_others(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account first = store_fixture_add(store, "d-first");
	struct account second = store_fixture_add(store, "d-second");
	struct error error = {""};

	add(store, &first, "d-one");
	add(store, &first, "d-two");
	assert_int_equal(store_account_delete(store, first.id, 100, &error), 1);
	assert_string_equal(owner(store, "d-one"), "");
	assert_int_equal(store_alias_add(store, second.id, "d-two", 99, &error),
			 STORE_NAME_QUARANTINED);
	assert_int_equal(
		store_alias_add(store, second.id, "d-two", 100, &error),
		STORE_ADDED);
	assert_string_equal(owner(store, "d-two"), "d-second");
	store_close(&store);
}

static void an_account_can_have_only_so_many(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "many");
	struct alias aliases[ALIASES_MAX];
	struct error error = {""};
	char name[32];
	size_t count;

	for (int i = 0; i < ALIASES_MAX; i++) {
		(void)snprintf(name, sizeof(name), "many-%d", i);
		add(store, &account, name);
	}
	assert_int_equal(
		store_alias_add(store, account.id, "one-more", 1, &error),
		STORE_ADD_FAILED);
	assert_non_null(strstr(error.text, "at most"));
	assert_int_equal(
		store_aliases(store, account.id, aliases, &count, NULL), 0);
	assert_int_equal(count, ALIASES_MAX);
	store_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_alias_finds_its_account),
		cmocka_unit_test(aliases_are_listed_in_order),
		cmocka_unit_test(a_name_is_given_out_once),
		cmocka_unit_test(a_removed_alias_is_in_quarantine_for_others),
		cmocka_unit_test(
			deleting_an_account_keeps_its_aliases_from_others),
		cmocka_unit_test(an_account_can_have_only_so_many),
	};

	return cmocka_run_group_tests(tests, store_fixture_set_up,
				      store_fixture_tear_down);
}
