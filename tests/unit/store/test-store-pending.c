/* SPDX-License-Identifier: MIT
 *
 * Forwarding that waits for its code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/store/deleted.h"
#include "lib/store/pending.h"
#include "tests/unit/store/store-fixture.h"

#define NOW 1000

static const struct pending_forward waits = {
	.address = "me@outside.example",
	.keep_copy = true,
	.code_hash = "hash",
	.expires_at = NOW + 10,
};

static void it_waits_until_it_expires(void **state)
{
	struct store *store = store_fixture_open(*state, STORE_ACCOUNTS);
	struct account account = store_fixture_add(store, "waits");
	struct pending_forward found;

	assert_int_equal(
		store_pending_forward(store, account.id, NOW, &found, NULL), 0);
	assert_int_equal(
		store_pending_forward_set(store, account.id, &waits, NULL), 1);
	assert_int_equal(
		store_pending_forward(store, account.id, NOW + 9, &found, NULL),
		1);
	assert_string_equal(found.address, waits.address);
	assert_string_equal(found.code_hash, waits.code_hash);
	assert_true(found.keep_copy);
	assert_int_equal(found.attempts, 0);
	assert_int_equal(store_pending_forward(store, account.id, NOW + 10,
					       &found, NULL),
			 0);
	/* Nothing is in force. */
	assert_int_equal(store_account_by_id(store, account.id, &account, NULL),
			 1);
	assert_false(account_forwards(&account));
	assert_int_equal(store_pending_forward_set(store, "none", &waits, NULL),
			 0);
	store_close(&store);
}

static void tries_are_counted(void **state)
{
	struct store *store = store_fixture_open(*state, STORE_ACCOUNTS);
	struct account account = store_fixture_add(store, "tries");
	struct pending_forward found;

	assert_int_equal(store_pending_forward_try(store, account.id, 2, NULL),
			 0);
	assert_int_equal(
		store_pending_forward_set(store, account.id, &waits, NULL), 1);
	assert_int_equal(store_pending_forward_try(store, account.id, 2, NULL),
			 1);
	assert_int_equal(store_pending_forward_try(store, account.id, 2, NULL),
			 1);
	assert_int_equal(store_pending_forward_try(store, account.id, 2, NULL),
			 0);
	/* A new code has its own. */
	assert_int_equal(
		store_pending_forward_set(store, account.id, &waits, NULL), 1);
	assert_int_equal(
		store_pending_forward(store, account.id, NOW, &found, NULL), 1);
	assert_int_equal(found.attempts, 0);
	store_close(&store);
}

static void the_right_code_puts_it_in_force_once(void **state)
{
	struct store *store = store_fixture_open(*state, STORE_ACCOUNTS);
	struct account account = store_fixture_add(store, "confirms");
	struct account other = store_fixture_add(store, "other");
	struct pending_forward found;

	assert_int_equal(
		store_pending_forward_set(store, account.id, &waits, NULL), 1);
	assert_int_equal(
		store_pending_forward_keep_copy(store, account.id, false, NULL),
		1);
	assert_int_equal(store_pending_forward_confirm(store, account.id,
						       "another", NULL),
			 0);
	assert_int_equal(
		store_pending_forward_confirm(store, other.id, "hash", NULL),
		0);
	assert_int_equal(
		store_pending_forward_confirm(store, account.id, "hash", NULL),
		1);
	assert_int_equal(
		store_pending_forward_confirm(store, account.id, "hash", NULL),
		0);
	assert_int_equal(
		store_pending_forward(store, account.id, NOW, &found, NULL), 0);
	assert_int_equal(store_account_by_id(store, account.id, &account, NULL),
			 1);
	assert_string_equal(account.forward_address, "me@outside.example");
	assert_false(account.forward_keep_copy);
	assert_int_equal(store_account_by_id(store, other.id, &other, NULL), 1);
	assert_false(account_forwards(&other));
	store_close(&store);
}

static void it_is_given_up_and_goes_with_its_account(void **state)
{
	struct store *store =
		store_fixture_open(*state, STORE_ACCOUNTS_AND_CREDENTIALS);
	struct account account = store_fixture_add(store, "leaves");
	struct pending_forward found;

	assert_int_equal(store_pending_forward_clear(store, account.id, NULL),
			 0);
	assert_int_equal(
		store_pending_forward_set(store, account.id, &waits, NULL), 1);
	assert_int_equal(store_pending_forward_clear(store, account.id, NULL),
			 1);
	assert_int_equal(
		store_pending_forward(store, account.id, NOW, &found, NULL), 0);
	assert_int_equal(
		store_pending_forward_set(store, account.id, &waits, NULL), 1);
	/* A deleted account can confirm nothing. */
	assert_int_equal(
		store_account_retire(store, account.id, NOW, false, NULL), 1);
	assert_int_equal(
		store_pending_forward_confirm(store, account.id, "hash", NULL),
		0);
	assert_int_equal(store_account_delete(store, account.id, 0, NULL), 1);
	assert_int_equal(
		store_pending_forward(store, account.id, NOW, &found, NULL), 0);
	store_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_waits_until_it_expires),
		cmocka_unit_test(tries_are_counted),
		cmocka_unit_test(the_right_code_puts_it_in_force_once),
		cmocka_unit_test(it_is_given_up_and_goes_with_its_account),
	};

	return cmocka_run_group_tests(tests, store_fixture_set_up,
				      store_fixture_tear_down);
}
