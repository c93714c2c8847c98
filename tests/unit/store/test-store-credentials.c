/* SPDX-License-Identifier: MIT
 *
 * Credentials in the store: told apart, limited in number, and for those alone
 * who opened it with them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/store/store-fixture.h"

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
	struct store *store = store_fixture_open_all(state);
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
	struct store *store = store_fixture_open_all(state);
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
	struct store *store = store_fixture_open_all(state);
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

static void credentials_are_limited_in_number(void **state)
{
	struct store *store = store_fixture_open_all(state);
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

static void app_passwords_have_a_limit_of_their_own(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	struct credential app = credential_of("", "{X}h", 1);
	struct credential own = credential_of("", "{X}h", 1);
	struct error error = {""};

	app.kind = CREDENTIAL_APP;
	for (int i = 0; i < APP_PASSWORDS_MAX; i++) {
		(void)snprintf(app.label, sizeof(app.label), "label%d", i);
		assert_int_equal(
			store_credential_add(store, account.id, &app, NULL), 1);
		/* It is there already. */
		assert_int_equal(
			store_credential_add(store, account.id, &app, NULL), 0);
	}
	(void)snprintf(app.label, sizeof(app.label), "one more");
	assert_int_equal(store_credential_add(store, account.id, &app, &error),
			 -1);
	assert_non_null(strstr(error.text, "20 app passwords already"));
	/* They are in the way of no other kind. */
	assert_int_equal(store_credential_add(store, account.id, &own, NULL),
			 1);
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

/* Whether the file has the text somewhere, used page or free. */
static bool file_has(const char *path, const char *text)
{
	FILE *stream = fopen(path, "re");
	size_t matched = 0;
	int c;

	assert_non_null(stream);
	/* Its first character comes only once in it. */
	while (text[matched] != '\0' && (c = getc(stream)) != EOF) {
		if (c != text[matched])
			matched = 0;
		if (c == text[matched])
			matched++;
	}
	assert_int_equal(fclose(stream), 0);
	return text[matched] == '\0';
}

static void a_hash_that_is_gone_is_gone_from_the_file(void **state)
{
	const struct store_fixture *fixture = *state;
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	struct credential own = credential_of("", "{cleared-hash", 5);
	struct credential replaced = credential_of("a", "{replaced-hash", 5);
	struct credential purged = credential_of("b", "{purged-hash", 5);
	const char *id = account.id;

	assert_int_equal(store_credential_set(store, id, &own, NULL), 0);
	assert_int_equal(store_credential_set(store, id, &replaced, NULL), 0);
	assert_int_equal(store_credential_set(store, id, &purged, NULL), 0);
	/* Closing it writes everything into the file itself. */
	store_close(&store);
	assert_true(file_has(fixture->credentials, own.hash));
	assert_true(file_has(fixture->credentials, replaced.hash));
	assert_true(file_has(fixture->credentials, purged.hash));
	store = store_fixture_open_all(state);
	assert_int_equal(store_credential_clear(store, id, CREDENTIAL_PASSWORD,
						"", NULL),
			 1);
	(void)snprintf(replaced.hash, sizeof(replaced.hash), "{x");
	assert_int_equal(store_credential_set(store, id, &replaced, NULL), 0);
	assert_int_equal(store_account_delete(store, id, 0, NULL), 1);
	store_close(&store);
	assert_false(file_has(fixture->credentials, own.hash));
	assert_false(file_has(fixture->credentials, "{replaced-hash"));
	assert_false(file_has(fixture->credentials, purged.hash));
}

static void another_password_has_not_been_used(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "alumna");
	struct credential app = credential_of("phone", "{X}h", 5);
	struct credential found[CREDENTIALS_MAX];
	size_t count;

	app.kind = CREDENTIAL_APP;
	app.expires_at = 9;
	assert_int_equal(store_credential_set(store, account.id, &app, NULL),
			 0);
	assert_int_equal(
		store_credential_used(store, account.id, &app, 7000, NULL), 1);
	app.expires_at = 0;
	assert_int_equal(store_credential_set(store, account.id, &app, NULL),
			 0);
	assert_int_equal(
		store_credentials(store, account.id, found, &count, NULL), 0);
	assert_int_equal(count, 1);
	assert_int_equal(found[0].last_used_at, 0);
	assert_int_equal(found[0].expires_at, 0);
	store_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(credentials_are_told_apart_by_label),
		STORE_TEST(a_hash_is_renewed_if_it_is_still_the_same),
		STORE_TEST(a_learned_password_is_a_credential_of_its_own),
		STORE_TEST(credentials_are_limited_in_number),
		STORE_TEST(a_hash_that_is_gone_is_gone_from_the_file),
		STORE_TEST(another_password_has_not_been_used),
		STORE_TEST(app_passwords_have_a_limit_of_their_own),
		STORE_TEST(handle_without_credentials_gets_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
