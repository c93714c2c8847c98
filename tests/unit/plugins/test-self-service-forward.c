/* SPDX-License-Identifier: MIT
 *
 * Forwarding as people set it themselves: codes, notices and limits.
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
#include "protocol/dict-keys.h"
#include "tests/unit/plugins/self-service-fixture.h"

#define DAY INT64_C(86400)

static char false_program[] = "/bin/false";

/* The code stands alone in its line. */
static void take_code(struct service_fixture *fixture, const char *recipient,
		      char code_r[APP_PASSWORD_BYTES])
{
	const char *mails = service_take_mails(fixture);
	const char *code = strstr(mails, "\n    ");
	char to[64];

	(void)snprintf(to, sizeof(to), "to %s\n", recipient);
	assert_int_equal(service_count_mails(mails), 1);
	assert_int_equal(strncmp(mails, to, strlen(to)), 0);
	assert_non_null(code);
	(void)snprintf(code_r, APP_PASSWORD_BYTES, "%.*s",
		       (int)strcspn(code + 5, "\n"), code + 5);
}

/* The messages went to this address, and to nobody else. */
static const char *expect_mail(struct service_fixture *fixture,
			       const char *recipient)
{
	const char *mails = service_take_mails(fixture);
	char to[64];

	(void)snprintf(to, sizeof(to), "to %s\n", recipient);
	assert_int_equal(service_count_mails(mails), 1);
	assert_int_equal(strncmp(mails, to, strlen(to)), 0);
	return mails;
}

static void expect_no_mail(struct service_fixture *fixture)
{
	assert_string_equal(service_take_mails(fixture), "");
}

static void confirm(struct service_fixture *fixture, const char *address)
{
	char code[APP_PASSWORD_BYTES];

	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS, address);
	take_code(fixture, address, code);
	service_expect_done(fixture, DICT_KEY_FORWARD_CODE, code);
}

static void an_address_waits_for_its_code(void **state)
{
	struct service_fixture *fixture = *state;
	char code[APP_PASSWORD_BYTES];
	const char *mail;

	service_expect_value(fixture, DICT_KEY_FORWARD_ADDRESS, NULL);
	service_expect_value(fixture, DICT_KEY_FORWARD_PENDING, NULL);
	service_expect_refused(fixture, DICT_KEY_FORWARD_CODE, "abcd2345",
			       "No address waits");
	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS,
			    "me@outside.example");
	take_code(fixture, "me@outside.example", code);
	service_expect_value(fixture, DICT_KEY_FORWARD_ADDRESS, NULL);
	service_expect_value(fixture, DICT_KEY_FORWARD_PENDING,
			     "me@outside.example");
	service_expect_refused(fixture, DICT_KEY_FORWARD_CODE, "wrong",
			       "not the code");
	service_expect_value(fixture, DICT_KEY_FORWARD_ADDRESS, NULL);
	expect_no_mail(fixture);

	service_expect_done(fixture, DICT_KEY_FORWARD_CODE, code);
	service_expect_value(fixture, DICT_KEY_FORWARD_ADDRESS,
			     "me@outside.example");
	service_expect_value(fixture, DICT_KEY_FORWARD_PENDING, NULL);
	mail = expect_mail(fixture, "anna@alumni.example");
	assert_non_null(strstr(mail, "X-Alumnimail-Notice: yes\n"));
	assert_non_null(strstr(mail, "Subject: The forwarding of your mail"));
	assert_non_null(strstr(mail, "is now forwarded to me@outside.example"));
	assert_non_null(strstr(mail, "a copy is kept"));
	assert_non_null(strstr(mail, "For help: postmaster@alumni.example\n"));
	/* It is good once. */
	service_expect_refused(fixture, DICT_KEY_FORWARD_CODE, code,
			       "No address waits");
}

static void the_address_before_is_told(void **state)
{
	struct service_fixture *fixture = *state;
	const char *mails;

	confirm(fixture, "old@outside.example");
	(void)service_take_mails(fixture);
	confirm(fixture, "new@outside.example");
	mails = service_take_mails(fixture);
	assert_int_equal(service_count_mails(mails), 2);
	assert_non_null(strstr(mails, "to anna@alumni.example\n"));
	assert_non_null(strstr(mails, "to old@outside.example\n"));
	/* The same is no change. */
	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS,
			    "new@outside.example");
	expect_no_mail(fixture);
	service_expect_value(fixture, DICT_KEY_FORWARD_PENDING, NULL);
}

static void an_address_that_cannot_be_told_is_remarked(void **state)
{
	struct service_fixture *fixture = *state;
	struct error error;

	fixture->configuration.forward_confirm = false;
	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS,
			    "old@outside.example");
	(void)expect_mail(fixture, "anna@alumni.example");
	fixture->configuration.sendmail = false_program;
	assert_int_equal(service_set(fixture, DICT_KEY_FORWARD_ADDRESS,
				     "new@outside.example", &error),
			 SELF_SERVICE_DONE);
	assert_non_null(strstr(fixture->service.remark.text,
			       "no notice to old@outside.example"));
	service_expect_value(fixture, DICT_KEY_FORWARD_ADDRESS,
			     "new@outside.example");
}

static void without_confirmation_it_is_in_force_at_once(void **state)
{
	struct service_fixture *fixture = *state;

	/* What waits from before is given up. */
	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS,
			    "waits@outside.example");
	(void)service_take_mails(fixture);
	fixture->configuration.forward_confirm = false;
	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS,
			    "me@outside.example");
	service_expect_value(fixture, DICT_KEY_FORWARD_ADDRESS,
			     "me@outside.example");
	service_expect_value(fixture, DICT_KEY_FORWARD_PENDING, NULL);
	(void)expect_mail(fixture, "anna@alumni.example");
}

static void forwarding_stops(void **state)
{
	struct service_fixture *fixture = *state;

	confirm(fixture, "me@outside.example");
	service_expect_done(fixture, DICT_KEY_FORWARD_KEEP_COPY, "no");
	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS,
			    "other@outside.example");
	(void)service_take_mails(fixture);
	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS, NULL);
	service_expect_value(fixture, DICT_KEY_FORWARD_ADDRESS, NULL);
	service_expect_value(fixture, DICT_KEY_FORWARD_PENDING, NULL);
	/* Whatever comes next keeps a copy. */
	service_expect_value(fixture, DICT_KEY_FORWARD_KEEP_COPY, "yes");
	assert_non_null(strstr(service_take_mails(fixture),
			       "is no longer forwarded to me@outside.example"));
	/* Nothing stops twice. */
	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS, "");
	expect_no_mail(fixture);
}

static void a_copy_is_kept_or_not(void **state)
{
	struct service_fixture *fixture = *state;
	char code[APP_PASSWORD_BYTES];

	service_expect_refused(fixture, DICT_KEY_FORWARD_KEEP_COPY, "maybe",
			       "Say \"yes\" or \"no\"");
	service_expect_value(fixture, DICT_KEY_FORWARD_KEEP_COPY, "yes");
	/* Without an address there is nothing to tell. */
	service_expect_done(fixture, DICT_KEY_FORWARD_KEEP_COPY, "no");
	service_expect_value(fixture, DICT_KEY_FORWARD_KEEP_COPY, "no");
	expect_no_mail(fixture);
	/* For the address that waits. */
	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS,
			    "me@outside.example");
	take_code(fixture, "me@outside.example", code);
	service_expect_done(fixture, DICT_KEY_FORWARD_KEEP_COPY, "YES");
	service_expect_value(fixture, DICT_KEY_FORWARD_KEEP_COPY, "yes");
	expect_no_mail(fixture);
	service_expect_done(fixture, DICT_KEY_FORWARD_CODE, code);
	assert_true(store_fixture_read(fixture->service.store,
				       fixture->service.account.id)
			    .forward_keep_copy);
	(void)service_take_mails(fixture);
	/* For the one in force. */
	service_expect_done(fixture, DICT_KEY_FORWARD_KEEP_COPY, "yes");
	expect_no_mail(fixture);
	service_expect_done(fixture, DICT_KEY_FORWARD_KEEP_COPY, "no");
	assert_non_null(strstr(expect_mail(fixture, "anna@alumni.example"),
			       "no copy is kept"));
	service_expect_value(fixture, DICT_KEY_FORWARD_KEEP_COPY, "no");
}

static void another_address_keeps_what_was_said_of_the_copy(void **state)
{
	struct service_fixture *fixture = *state;

	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS,
			    "me@outside.example");
	service_expect_done(fixture, DICT_KEY_FORWARD_KEEP_COPY, "no");
	(void)service_take_mails(fixture);
	confirm(fixture, "other@outside.example");
	service_expect_value(fixture, DICT_KEY_FORWARD_KEEP_COPY, "no");
}

static void codes_are_not_guessed(void **state)
{
	struct service_fixture *fixture = *state;
	char code[APP_PASSWORD_BYTES], longer[100];

	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS,
			    "me@outside.example");
	take_code(fixture, "me@outside.example", code);
	/* Blanks do not count, but so many are no code. */
	(void)snprintf(longer, sizeof(longer), "%s%58s", code, "");
	assert_true(strlen(longer) > 64);
	service_expect_refused(fixture, DICT_KEY_FORWARD_CODE, longer,
			       "not the code");
	for (int i = 1; i < 5; i++)
		service_expect_refused(fixture, DICT_KEY_FORWARD_CODE,
				       "22222222", "not the code");
	service_expect_refused(fixture, DICT_KEY_FORWARD_CODE, code,
			       "Too many wrong codes");
	service_expect_value(fixture, DICT_KEY_FORWARD_ADDRESS, NULL);
}

static void codes_expire(void **state)
{
	struct service_fixture *fixture = *state;
	char code[APP_PASSWORD_BYTES];

	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS,
			    "me@outside.example");
	take_code(fixture, "me@outside.example", code);
	fixture->service.now += DAY;
	service_expect_value(fixture, DICT_KEY_FORWARD_PENDING, NULL);
	service_expect_refused(fixture, DICT_KEY_FORWARD_CODE, code,
			       "No address waits");
	fixture->service.now -= 1;
	service_expect_done(fixture, DICT_KEY_FORWARD_CODE, code);
}

static void a_code_that_cannot_be_mailed_changes_nothing(void **state)
{
	struct service_fixture *fixture = *state;

	fixture->configuration.sendmail = false_program;
	service_expect_refused(fixture, DICT_KEY_FORWARD_ADDRESS,
			       "me@outside.example",
			       "could not be mailed to this address");
	assert_string_not_equal(fixture->service.remark.text, "");
	service_expect_value(fixture, DICT_KEY_FORWARD_PENDING, NULL);
}

static void codes_are_mailed_so_often(void **state)
{
	struct service_fixture *fixture = *state;
	struct self_service *service = &fixture->service;
	const struct account anna = service->account;

	fixture->configuration.forward_codes_per_day = 2;
	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS,
			    "one@outside.example");
	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS,
			    "two@outside.example");
	service_expect_refused(fixture, DICT_KEY_FORWARD_ADDRESS,
			       "three@outside.example", "for this account");
	service_expect_value(fixture, DICT_KEY_FORWARD_PENDING,
			     "two@outside.example");
	/* To one address, whoever asks. */
	service->account = store_fixture_add(service->store, "berta");
	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS,
			    "two@outside.example");
	service->account = store_fixture_add(service->store, "carl");
	service_expect_refused(fixture, DICT_KEY_FORWARD_ADDRESS,
			       "two@outside.example", "to this address");
	/* The next day. */
	service->account = anna;
	service->now += DAY;
	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS,
			    "three@outside.example");
}

static void changes_are_made_so_often(void **state)
{
	struct service_fixture *fixture = *state;
	char address[64];

	fixture->configuration.forward_confirm = false;
	for (int i = 0; i < 20; i++) {
		(void)snprintf(address, sizeof(address), "me%d@outside.example",
			       i);
		service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS, address);
	}
	service_expect_refused(fixture, DICT_KEY_FORWARD_ADDRESS,
			       "me@outside.example", "changed too often");
	service_expect_value(fixture, DICT_KEY_FORWARD_ADDRESS, address);
	fixture->service.now += DAY;
	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS,
			    "me@outside.example");
}

static void what_waits_is_given_up(void **state)
{
	struct service_fixture *fixture = *state;

	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS,
			    "me@outside.example");
	service_expect_refused(fixture, DICT_KEY_FORWARD_PENDING,
			       "me@outside.example", "only be given up");
	service_expect_value(fixture, DICT_KEY_FORWARD_PENDING,
			     "me@outside.example");
	service_expect_done(fixture, DICT_KEY_FORWARD_PENDING, NULL);
	service_expect_value(fixture, DICT_KEY_FORWARD_PENDING, NULL);
	service_expect_done(fixture, DICT_KEY_FORWARD_PENDING, "");
}

static void a_bad_address_is_refused(void **state)
{
	struct service_fixture *fixture = *state;

	service_expect_refused(fixture, DICT_KEY_FORWARD_ADDRESS,
			       "me@alumni.example", "cannot be forwarded");
	expect_no_mail(fixture);
	service_expect_value(fixture, DICT_KEY_FORWARD_PENDING, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVICE_TEST(an_address_waits_for_its_code),
		SERVICE_TEST(the_address_before_is_told),
		SERVICE_TEST(an_address_that_cannot_be_told_is_remarked),
		SERVICE_TEST(without_confirmation_it_is_in_force_at_once),
		SERVICE_TEST(forwarding_stops),
		SERVICE_TEST(a_copy_is_kept_or_not),
		SERVICE_TEST(another_address_keeps_what_was_said_of_the_copy),
		SERVICE_TEST(codes_are_not_guessed),
		SERVICE_TEST(codes_expire),
		SERVICE_TEST(a_code_that_cannot_be_mailed_changes_nothing),
		SERVICE_TEST(codes_are_mailed_so_often),
		SERVICE_TEST(changes_are_made_so_often),
		SERVICE_TEST(what_waits_is_given_up),
		SERVICE_TEST(a_bad_address_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
