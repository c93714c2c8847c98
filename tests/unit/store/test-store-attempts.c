/* SPDX-License-Identifier: MIT
 *
 * What may be done only so often, and credentials with a time: invites and
 * app passwords.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/store/attempts.h"
#include "tests/unit/store/store-fixture.h"

#define NOW 100000

static const struct attempts_limit guesses = {"guess", 3, 100};

static int take(struct store *store, const char *id, int64_t now)
{
	int64_t until;

	return store_attempt_take(store, id, &guesses, now, &until, NULL);
}

static void so_many_in_a_window_and_then_none(void **state)
{
	struct store *store =
		store_fixture_open(*state, STORE_ACCOUNTS_AND_CREDENTIALS);
	const struct attempts_limit other = {"other", 1, 100};
	int64_t until = 0;

	assert_int_equal(take(store, "a", NOW), 1);
	assert_int_equal(take(store, "a", NOW + 10), 1);
	assert_int_equal(take(store, "a", NOW + 90), 1);
	/* The last one begins the window anew. */
	assert_int_equal(store_attempt_take(store, "a", &guesses, NOW + 110,
					    &until, NULL),
			 0);
	assert_int_equal(until, NOW + 190);
	assert_int_equal(take(store, "a", NOW + 189), 0);
	/* Others are not held up. */
	assert_int_equal(take(store, "b", NOW + 189), 1);
	assert_int_equal(
		store_attempt_take(store, "a", &other, NOW, &until, NULL), 1);
	assert_int_equal(take(store, "a", NOW + 190), 1);
	store_close(&store);
}

static void success_and_what_was_none_give_them_back(void **state)
{
	struct store *store =
		store_fixture_open(*state, STORE_ACCOUNTS_AND_CREDENTIALS);

	for (int i = 0; i < 3; i++)
		assert_int_equal(take(store, "c", NOW), 1);
	assert_int_equal(take(store, "c", NOW), 0);
	assert_int_equal(store_attempt_give_back(store, "c", "guess", NULL), 0);
	assert_int_equal(take(store, "c", NOW), 1);
	assert_int_equal(take(store, "c", NOW), 0);
	assert_int_equal(store_attempts_clear(store, "c", "guess", NULL), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(take(store, "c", NOW), 1);
	/* A clock that was ahead and is put right locks nobody out. */
	assert_int_equal(take(store, "c", NOW - 5000), 1);
	store_close(&store);
}

static void without_credentials_nothing_is_counted(void **state)
{
	struct store *store = store_fixture_open(*state, STORE_ACCOUNTS);

	assert_int_equal(take(store, "a", NOW), -1);
	assert_int_equal(store_attempts_clear(store, "a", "guess", NULL), -1);
	assert_int_equal(store_attempt_give_back(store, "a", "guess", NULL),
			 -1);
	store_close(&store);
}

/* ---- credentials ---- */

static struct credential make(enum credential_kind kind, const char *label)
{
	struct credential credential = {
		.kind = kind, .hash = "{X}hash", .set_at = NOW};

	(void)snprintf(credential.label, sizeof(credential.label), "%s", label);
	return credential;
}

static size_t read_all(struct store *store, const char *id,
		       struct credential credentials_r[CREDENTIALS_MAX])
{
	size_t count;

	assert_int_equal(
		store_credentials(store, id, credentials_r, &count, NULL), 0);
	return count;
}

static void app_passwords_are_added_used_and_revoked(void **state)
{
	struct store *store =
		store_fixture_open(*state, STORE_ACCOUNTS_AND_CREDENTIALS);
	struct credential phone = make(CREDENTIAL_APP, "phone");
	struct credential found[CREDENTIALS_MAX];

	assert_int_equal(store_credential_add(store, "p", &phone, NULL), 1);
	assert_int_equal(store_credential_add(store, "p", &phone, NULL), 0);
	assert_int_equal(store_credential_used(store, "p", &phone, NOW, NULL),
			 1);
	assert_int_equal(
		store_credential_used(store, "p", &phone, NOW + 3599, NULL), 0);
	assert_int_equal(read_all(store, "p", found), 1);
	assert_int_equal(found[0].kind, CREDENTIAL_APP);
	assert_int_equal(found[0].last_used_at, NOW);
	assert_int_equal(
		store_credential_used(store, "p", &phone, NOW + 3600, NULL), 1);
	assert_int_equal(store_credential_clear(store, "p", CREDENTIAL_APP,
						"phone", NULL),
			 1);
	assert_int_equal(read_all(store, "p", found), 0);
	store_close(&store);
}

static void app_passwords_leave_room_for_others(void **state)
{
	struct store *store =
		store_fixture_open(*state, STORE_ACCOUNTS_AND_CREDENTIALS);
	struct credential credential;
	struct error error = {""};
	char label[32];

	for (int i = 0; i < APP_PASSWORDS_MAX; i++) {
		(void)snprintf(label, sizeof(label), "device %d", i);
		credential = make(CREDENTIAL_APP, label);
		assert_int_equal(
			store_credential_add(store, "m", &credential, NULL), 1);
	}
	credential = make(CREDENTIAL_APP, "one more");
	assert_int_equal(store_credential_add(store, "m", &credential, &error),
			 -1);
	assert_non_null(strstr(error.text, "revoke one first"));
	credential = make(CREDENTIAL_PASSWORD, "");
	assert_int_equal(store_credential_set(store, "m", &credential, NULL),
			 0);
	store_close(&store);
}

static void a_password_takes_the_place_of_an_invite(void **state)
{
	struct store *store =
		store_fixture_open(*state, STORE_ACCOUNTS_AND_CREDENTIALS);
	struct credential invite = make(CREDENTIAL_INVITE, "");
	struct credential password = make(CREDENTIAL_PASSWORD, "");
	struct credential found[CREDENTIALS_MAX];

	invite.expires_at = NOW + 1;
	assert_int_equal(store_credential_set(store, "i", &invite, NULL), 0);
	assert_int_equal(read_all(store, "i", found), 1);
	assert_int_equal(found[0].kind, CREDENTIAL_INVITE);
	assert_int_equal(found[0].expires_at, NOW + 1);
	assert_int_equal(store_credential_set(store, "i", &password, NULL), 0);
	assert_int_equal(read_all(store, "i", found), 1);
	assert_int_equal(found[0].kind, CREDENTIAL_PASSWORD);
	store_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(so_many_in_a_window_and_then_none),
		cmocka_unit_test(success_and_what_was_none_give_them_back),
		cmocka_unit_test(without_credentials_nothing_is_counted),
		cmocka_unit_test(app_passwords_are_added_used_and_revoked),
		cmocka_unit_test(app_passwords_leave_room_for_others),
		cmocka_unit_test(a_password_takes_the_place_of_an_invite),
	};

	return cmocka_run_group_tests(tests, store_fixture_set_up,
				      store_fixture_tear_down);
}
