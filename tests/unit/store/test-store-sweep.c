/* SPDX-License-Identifier: MIT
 *
 * Credentials of no account, which a crash between the two databases leaves,
 * are removed; those of accounts stay, also of deleted ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/store/deleted.h"
#include "tests/unit/store/store-fixture.h"

static const struct credential password = {.hash = "{X}h"};

static size_t count_credentials(struct store *store, const char *id)
{
	struct credential found[CREDENTIALS_MAX];
	size_t count;

	assert_int_equal(store_credentials(store, id, found, &count, NULL), 0);
	return count;
}

static void those_of_accounts_stay(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	struct account deleted = store_fixture_add(store, "deleted");

	assert_int_equal(
		store_credential_set(store, account.id, &password, NULL), 0);
	assert_int_equal(
		store_credential_set(store, deleted.id, &password, NULL), 0);
	assert_int_equal(
		store_account_retire(store, deleted.id, 5, false, NULL), 1);
	assert_int_equal(store_credential_set(store, "nobody", &password, NULL),
			 0);
	assert_int_equal(store_credentials_sweep(store, NULL), 1);
	assert_int_equal(count_credentials(store, "nobody"), 0);
	assert_int_equal(count_credentials(store, account.id), 1);
	assert_int_equal(count_credentials(store, deleted.id), 1);
	assert_int_equal(store_credentials_sweep(store, NULL), 0);
	store_close(&store);
}

/* More than are looked at in one transaction. */
static void all_of_many_are_found(void **state)
{
	const struct store_fixture *fixture = *state;
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "alumna");

	assert_int_equal(
		store_credential_set(store, account.id, &password, NULL), 0);
	store_fixture_execute(
		fixture->credentials,
		"WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL"
		"  SELECT i + 1 FROM n WHERE i < 900)"
		" INSERT INTO credentials (account_id, kind, label, hash,"
		"  set_at) SELECT printf('%04d', i), 'app', l, 'h', 1"
		"  FROM n, (SELECT 'a' AS l UNION SELECT 'b')");
	assert_int_equal(store_credentials_sweep(store, NULL), 900);
	assert_int_equal(store_credentials_sweep(store, NULL), 0);
	assert_int_equal(count_credentials(store, account.id), 1);
	store_close(&store);
}

static void a_handle_without_credentials_sweeps_nothing(void **state)
{
	struct store *store = store_fixture_open(*state, STORE_ACCOUNTS);

	assert_int_equal(store_credentials_sweep(store, NULL), -1);
	store_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(those_of_accounts_stay),
		STORE_TEST(all_of_many_are_found),
		STORE_TEST(a_handle_without_credentials_sweeps_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
