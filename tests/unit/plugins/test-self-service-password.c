/* SPDX-License-Identifier: MIT
 *
 * Passwords that people set themselves, and app passwords.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/password/app-password.h"
#include "lib/password/hash.h"
#include "lib/password/sealed-box.h"
#include "protocol/dict-keys.h"
#include "protocol/fields.h"
#include "tests/unit/plugins/self-service-fixture.h"

#define GOOD         "correct-horse-47-battery"
#define TEXT_BYTES   (2 * WIRE_FIELDS_BYTES(PASSWORD_BYTES_MAX))
#define SEALED_BYTES SEALED_BOX_BYTES(TEXT_BYTES)

static char no_socket[] = "/nonexistent/auth";

static void seal(const struct service_fixture *fixture, const char *text,
		 char sealed_r[SEALED_BYTES])
{
	struct error error;

	if (sealed_box_close(fixture->public_key, text, sealed_r, SEALED_BYTES,
			     &error) < 0)
		fail_msg("%s", error.text);
}

static void expect_done(struct service_fixture *fixture, const char *key,
			const char *text)
{
	char sealed[SEALED_BYTES];

	seal(fixture, text, sealed);
	service_expect_done(fixture, key, sealed);
}

static void expect_refused(struct service_fixture *fixture, const char *key,
			   const char *text, const char *sentence)
{
	char sealed[SEALED_BYTES];

	seal(fixture, text, sealed);
	service_expect_refused(fixture, key, sealed, sentence);
}

static void expect_failed(struct service_fixture *fixture, const char *key,
			  const char *text)
{
	char sealed[SEALED_BYTES];
	struct error error;

	seal(fixture, text, sealed);
	assert_int_equal(service_set(fixture, key, sealed, &error),
			 SELF_SERVICE_FAILED);
	assert_string_not_equal(error.text, "");
}

/* The account's credentials of the kind; the last of them. */
static size_t count_credentials(const struct service_fixture *fixture,
				enum credential_kind kind,
				struct credential *credential_r)
{
	struct credential credentials[CREDENTIALS_MAX];
	size_t count, found = 0;

	assert_int_equal(store_credentials(fixture->service.store,
					   fixture->service.account.id,
					   credentials, &count, NULL),
			 0);
	for (size_t i = 0; i < count; i++) {
		if (credentials[i].kind == kind) {
			*credential_r = credentials[i];
			found++;
		}
	}
	return found;
}

/* ---- the alumni password ---- */

static void a_password_is_set(void **state)
{
	struct service_fixture *fixture = *state;
	struct credential credential;
	const char *mail;

	expect_done(fixture, DICT_KEY_PASSWORD, "current\t" GOOD);
	assert_int_equal(
		count_credentials(fixture, CREDENTIAL_PASSWORD, &credential),
		1);
	assert_int_equal(credential.set_at, SERVICE_NOW);
	assert_int_equal(password_hash_verify(credential.hash, GOOD, NULL), 1);
	mail = service_take_mails(fixture);
	assert_int_equal(service_count_mails(mail), 1);
	assert_int_equal(strncmp(mail, "to anna@alumni.example\n", 23), 0);
	assert_non_null(
		strstr(mail, "password of anna@alumni.example was set"));
	assert_null(strstr(mail, GOOD));
}

static void fields_are_counted(void **state)
{
	struct service_fixture *fixture = *state;

	expect_refused(fixture, DICT_KEY_PASSWORD, "current",
		       "separated by one TAB");
	expect_refused(fixture, DICT_KEY_PASSWORD, "current\t" GOOD "\tmore",
		       "separated by one TAB");
	expect_refused(fixture, DICT_KEY_APP_PASSWORD, "current\tphone",
		       "separated by one TAB");
}

static void boxes_are_ours(void **state)
{
	struct service_fixture *fixture = *state;
	char sealed[SEALED_BYTES], text[TEXT_BYTES];
	struct error error;

	assert_int_equal(
		service_set(fixture, DICT_KEY_PASSWORD, "rubbish", &error),
		SELF_SERVICE_FAILED);
	assert_non_null(strstr(error.text, "were the keys changed?"));
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	seal(fixture, text, sealed);
	service_expect_refused(fixture, DICT_KEY_PASSWORD, sealed, "too long");
	assert_int_equal(remove(fixture->key), 0);
	expect_failed(fixture, DICT_KEY_PASSWORD, "current\t" GOOD);
}

/* "current TAB new", with a new one of so many bytes. */
static const char *of_length(size_t length)
{
	static char text[TEXT_BYTES];
	size_t used = (size_t)snprintf(text, sizeof(text), "current\t");

	for (size_t i = 0; i < length; i++)
		text[used++] = (char)('a' + (i * 7 + i / 3) % 26);
	text[used] = '\0';
	return text;
}

static void a_new_password_must_be_good(void **state)
{
	struct service_fixture *fixture = *state;
	struct credential credential;

	expect_refused(fixture, DICT_KEY_PASSWORD, "current\t",
		       "Enter a new password");
	expect_refused(fixture, DICT_KEY_PASSWORD,
		       of_length(PASSWORD_BYTES_MAX + 1), "is longer than");
	expect_refused(fixture, DICT_KEY_PASSWORD, "current\tcorrect\037horse",
		       "control characters");
	expect_refused(fixture, DICT_KEY_PASSWORD, "current\tcorrect\177horse",
		       "control characters");
	expect_refused(fixture, DICT_KEY_PASSWORD, GOOD "\t" GOOD,
		       "is the current one");
	expect_refused(fixture, DICT_KEY_PASSWORD, "current\tshort",
		       "too short");
	assert_int_equal(
		count_credentials(fixture, CREDENTIAL_PASSWORD, &credential),
		0);
	assert_string_equal(service_take_mails(fixture), "");
	expect_done(fixture, DICT_KEY_PASSWORD,
		    "current\tcorrect horse\303\270");
	expect_done(fixture, DICT_KEY_PASSWORD, of_length(PASSWORD_BYTES_MAX));
}

static void the_current_password_is_asked_for(void **state)
{
	struct service_fixture *fixture = *state;
	struct credential credential;
	char text[TEXT_BYTES];

	expect_refused(fixture, DICT_KEY_PASSWORD, "\t" GOOD,
		       "Enter the current password");
	memset(text, 'x', PASSWORD_BYTES_MAX + 1);
	(void)snprintf(text + PASSWORD_BYTES_MAX + 1, 64, "\t" GOOD);
	expect_refused(fixture, DICT_KEY_PASSWORD, text, "is wrong");
	fixture->answer = DOVECOT_REFUSES;
	expect_refused(fixture, DICT_KEY_PASSWORD, "wrong\t" GOOD, "is wrong");
	assert_int_equal(
		count_credentials(fixture, CREDENTIAL_PASSWORD, &credential),
		0);
	assert_string_equal(service_take_mails(fixture), "");
	fixture->answer = DOVECOT_ACCEPTS;
	expect_done(fixture, DICT_KEY_PASSWORD,
		    text + 1 /* as long as it may be */);
}

static void guesses_are_counted(void **state)
{
	struct service_fixture *fixture = *state;

	fixture->answer = DOVECOT_REFUSES;
	for (int i = 0; i < 5; i++)
		expect_refused(fixture, DICT_KEY_PASSWORD, "wrong\t" GOOD,
			       "is wrong");
	fixture->answer = DOVECOT_ACCEPTS;
	expect_refused(fixture, DICT_KEY_PASSWORD, "current\t" GOOD,
		       "too often. Try again in 15 minutes");
	fixture->service.now += 14 * 60 + 1;
	expect_refused(fixture, DICT_KEY_PASSWORD, "current\t" GOOD,
		       "Try again in 1 minutes");
	fixture->service.now += 59;
	expect_done(fixture, DICT_KEY_PASSWORD, "current\t" GOOD);
}

static void a_right_password_forgets_guesses(void **state)
{
	struct service_fixture *fixture = *state;

	for (int round = 0; round < 2; round++) {
		fixture->answer = DOVECOT_REFUSES;
		for (int i = 0; i < 4; i++)
			expect_refused(fixture, DICT_KEY_PASSWORD,
				       "wrong\t" GOOD, "is wrong");
		fixture->answer = DOVECOT_ACCEPTS;
		expect_done(fixture, DICT_KEY_PASSWORD, "current\t" GOOD);
	}
}

static void what_cannot_be_asked_is_no_guess(void **state)
{
	struct service_fixture *fixture = *state;

	fixture->answer = DOVECOT_FAILS;
	for (int i = 0; i < 6; i++)
		expect_failed(fixture, DICT_KEY_PASSWORD, "current\t" GOOD);
	fixture->configuration.auth_socket = no_socket;
	for (int i = 0; i < 6; i++)
		expect_failed(fixture, DICT_KEY_PASSWORD, "current\t" GOOD);
	fixture->configuration.auth_socket = fixture->socket;
	fixture->answer = DOVECOT_ACCEPTS;
	expect_done(fixture, DICT_KEY_PASSWORD, "current\t" GOOD);
}

/* ---- app passwords ---- */

static const char *app_text(const char *label)
{
	static char password[APP_PASSWORD_BYTES], text[256];

	assert_int_equal(app_password_make(password, NULL), 0);
	(void)snprintf(text, sizeof(text), "current\t%s\t%s", label, password);
	return text;
}

static void an_app_password_is_made_and_revoked(void **state)
{
	struct service_fixture *fixture = *state;
	struct credential credential;
	const char *text = app_text("phone");
	const char *mail;

	expect_done(fixture, DICT_KEY_APP_PASSWORD, text);
	assert_int_equal(
		count_credentials(fixture, CREDENTIAL_APP, &credential), 1);
	assert_string_equal(credential.label, "phone");
	assert_int_equal(credential.set_at, SERVICE_NOW);
	assert_true(
		app_password_verify(credential.hash, strrchr(text, '\t') + 1));
	mail = service_take_mails(fixture);
	assert_non_null(strstr(mail, "\"phone\" was made for anna@"));
	assert_null(strstr(mail, strrchr(text, '\t') + 1));
	expect_refused(fixture, DICT_KEY_APP_PASSWORD, app_text("phone"),
		       "of this name already");
	service_expect_refused(fixture, DICT_KEY_APP_PASSWORD_REVOKE, "other",
			       "no app password of this name");
	assert_string_equal(service_take_mails(fixture), "");
	service_expect_done(fixture, DICT_KEY_APP_PASSWORD_REVOKE, "phone");
	assert_non_null(strstr(service_take_mails(fixture),
			       "\"phone\" of anna@alumni.example was revoked"));
	assert_int_equal(
		count_credentials(fixture, CREDENTIAL_APP, &credential), 0);
}

static void labels_are_checked(void **state)
{
	struct service_fixture *fixture = *state;
	char longest[CREDENTIAL_LABEL_BYTES + 1];

	expect_refused(fixture, DICT_KEY_APP_PASSWORD, app_text(""),
		       "Give the app password a name");
	expect_refused(fixture, DICT_KEY_APP_PASSWORD, app_text("  "),
		       "Give the app password a name");
	expect_refused(fixture, DICT_KEY_APP_PASSWORD, app_text("a\037b"),
		       "control characters");
	expect_refused(fixture, DICT_KEY_APP_PASSWORD, app_text("a\177b"),
		       "control characters");
	expect_refused(fixture, DICT_KEY_APP_PASSWORD, app_text("\377"),
		       "not valid text");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	expect_refused(fixture, DICT_KEY_APP_PASSWORD, app_text(longest),
		       "longer than 63 bytes");
	expect_done(fixture, DICT_KEY_APP_PASSWORD, app_text(longest + 1));
	expect_done(fixture, DICT_KEY_APP_PASSWORD, app_text(" my phone "));
}

static void app_passwords_are_of_our_making(void **state)
{
	struct service_fixture *fixture = *state;
	struct credential credential;

	expect_refused(fixture, DICT_KEY_APP_PASSWORD,
		       "current\tphone\thunter2", "of our making");
	fixture->answer = DOVECOT_REFUSES;
	expect_refused(fixture, DICT_KEY_APP_PASSWORD, app_text("phone"),
		       "current password is wrong");
	assert_int_equal(
		count_credentials(fixture, CREDENTIAL_APP, &credential), 0);
	fixture->answer = DOVECOT_ACCEPTS;
	fixture->configuration.app_passwords = false;
	expect_refused(fixture, DICT_KEY_APP_PASSWORD, app_text("phone"),
		       "not used here");
}

static void app_passwords_are_so_many(void **state)
{
	struct service_fixture *fixture = *state;
	char label[16];

	/* One that is no app password does not count. */
	expect_done(fixture, DICT_KEY_PASSWORD, "current\t" GOOD);
	for (int i = 0; i < APP_PASSWORDS_MAX; i++) {
		(void)snprintf(label, sizeof(label), "%d", i);
		expect_done(fixture, DICT_KEY_APP_PASSWORD, app_text(label));
	}
	expect_refused(fixture, DICT_KEY_APP_PASSWORD, app_text("more"),
		       "There are 20 app passwords already");
	service_expect_done(fixture, DICT_KEY_APP_PASSWORD_REVOKE, "7");
	expect_done(fixture, DICT_KEY_APP_PASSWORD, app_text("more"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVICE_TEST(a_password_is_set),
		SERVICE_TEST(fields_are_counted),
		SERVICE_TEST(boxes_are_ours),
		SERVICE_TEST(a_new_password_must_be_good),
		SERVICE_TEST(the_current_password_is_asked_for),
		SERVICE_TEST(guesses_are_counted),
		SERVICE_TEST(a_right_password_forgets_guesses),
		SERVICE_TEST(what_cannot_be_asked_is_no_guess),
		SERVICE_TEST(an_app_password_is_made_and_revoked),
		SERVICE_TEST(labels_are_checked),
		SERVICE_TEST(app_passwords_are_of_our_making),
		SERVICE_TEST(app_passwords_are_so_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
