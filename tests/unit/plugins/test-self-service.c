/* SPDX-License-Identifier: MIT
 *
 * The keys of self-service: what is taken at all, and what people see of their
 * account.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/dict-keys.h"
#include "tests/unit/plugins/self-service-fixture.h"

static char leaver[] = "leaver";

/* ---- what is taken ---- */

static void keys_are_known(void **state)
{
	static const char *const known[] = {
		DICT_KEY_ACCOUNT,
		DICT_KEY_APP_PASSWORD,
		DICT_KEY_APP_PASSWORD_REVOKE,
		DICT_KEY_APP_PASSWORDS,
		DICT_KEY_FORWARD_ADDRESS,
		DICT_KEY_FORWARD_CODE,
		DICT_KEY_FORWARD_KEEP_COPY,
		DICT_KEY_FORWARD_PENDING,
		DICT_KEY_PASSWORD,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		assert_true(self_service_has_key(known[i]));
	assert_false(self_service_has_key(DICT_KEY_QUOTA_STORAGE));
	assert_false(self_service_has_key("priv/accoun"));
	assert_false(self_service_has_key("priv/account/"));
	assert_false(self_service_has_key(""));
}

static void some_are_only_read_or_written(void **state)
{
	struct service_fixture *fixture = *state;
	struct error error = {""};
	char *value;

	service_expect_refused(fixture, DICT_KEY_ACCOUNT, "{}",
			       "can only be read");
	service_expect_refused(fixture, DICT_KEY_APP_PASSWORDS, NULL,
			       "can only be read");
	service_expect_refused(fixture, "priv/nothing", "x",
			       "can only be read");
	service_expect_refused(fixture, DICT_KEY_FORWARD_KEEP_COPY, NULL,
			       "cannot be removed");
	service_expect_refused(fixture, DICT_KEY_PASSWORD, NULL,
			       "cannot be removed");
	assert_int_equal(self_service_get(&fixture->service, DICT_KEY_PASSWORD,
					  &value, &error),
			 -1);
	assert_string_equal(error.text, "priv/password cannot be looked up");
	assert_int_equal(self_service_get(&fixture->service, "priv/nothing",
					  &value, &error),
			 -1);
}

static void who_is_kept_out_changes_nothing(void **state)
{
	struct service_fixture *fixture = *state;
	struct self_service *service = &fixture->service;

	assert_int_equal(store_account_set_enabled(service->store,
						   service->account.id, false,
						   NULL),
			 1);
	service_expect_refused(fixture, DICT_KEY_FORWARD_KEEP_COPY, "no",
			       "This account is disabled");
	assert_int_equal(store_account_set_enabled(service->store,
						   service->account.id, true,
						   NULL),
			 1);
	service_expect_done(fixture, DICT_KEY_FORWARD_KEEP_COPY, "no");
	assert_int_equal(store_account_set_denied(service->store,
						  service->account.id,
						  SERVICE_NOW, NULL),
			 1);
	service_expect_refused(fixture, DICT_KEY_FORWARD_KEEP_COPY, "yes",
			       "This account is disabled");
	service_expect_value(fixture, DICT_KEY_FORWARD_KEEP_COPY, "no");
}

static void values_are_utf8(void **state)
{
	service_expect_refused(*state, DICT_KEY_FORWARD_ADDRESS, "\377",
			       "not valid text");
}

/* ---- what is seen ---- */

static void add_credential(const struct service_fixture *fixture,
			   enum credential_kind kind, const char *label,
			   int64_t used_at)
{
	struct credential credential = {.kind = kind,
					.set_at = 1600000000 + (int64_t)kind};
	const struct self_service *service = &fixture->service;

	(void)snprintf(credential.label, sizeof(credential.label), "%s", label);
	(void)snprintf(credential.hash, sizeof(credential.hash), "{X}x");
	assert_int_equal(store_credential_add(service->store,
					      service->account.id, &credential,
					      NULL),
			 1);
	if (used_at != 0)
		assert_int_equal(store_credential_used(
					 service->store, service->account.id,
					 &credential, used_at, NULL),
				 1);
}

static void an_empty_account(void **state)
{
	struct service_fixture *fixture = *state;

	service_expect_value(
		fixture, DICT_KEY_ACCOUNT,
		"{\"name\":\"anna\",\"address\":\"anna@alumni.example\","
		"\"class\":\"alumni\",\"quota_limit\":0,\"usage_bytes\":0,"
		"\"usage_messages\":0,\"trash_days\":0,"
		"\"password_set_at\":null,\"tiers\":[],\"directory\":null,"
		"\"directory_active\":null,\"forward\":null,"
		"\"forward_keep_copy\":true,\"forward_pending\":null,"
		"\"forward_confirm\":true,\"app_passwords\":0,"
		"\"app_passwords_used\":true}");
	service_expect_value(fixture, DICT_KEY_APP_PASSWORDS, "[]");
}

static void expect_member(struct service_fixture *fixture, const char *member)
{
	struct error error;
	char *value;

	fixture->service.account = store_fixture_read(
		fixture->service.store, fixture->service.account.id);
	assert_int_equal(self_service_get(&fixture->service, DICT_KEY_ACCOUNT,
					  &value, &error),
			 1);
	if (strstr(value, member) == NULL)
		fail_msg("%s: %s", member, value);
	free(value);
}

static void a_full_account(void **state)
{
	struct service_fixture *fixture = *state;
	const char *id = fixture->service.account.id;
	struct store *store = fixture->service.store;
	const struct usage_count usage = {.bytes = 5000, .messages = 7};
	int64_t quota = 2000000, retention = 7 * 86400 - 1;

	assert_int_equal(store_account_set_quota(store, id, &quota, NULL), 1);
	assert_int_equal(
		store_account_set_retention(store, id, &retention, NULL), 1);
	assert_int_equal(store_usage_set(store, id, &usage, INT64_MAX, NULL),
			 1);
	assert_int_equal(store_account_set_forward(
				 store, id, "me@outside.example", false, NULL),
			 1);
	assert_int_equal(
		store_account_pin(store, id, "university", "uuid-1", NULL), 1);
	add_credential(fixture, CREDENTIAL_PASSWORD, "", 0);
	add_credential(fixture, CREDENTIAL_LEARNED, "university", 0);
	add_credential(fixture, CREDENTIAL_APP, "a \"phone\"", SERVICE_NOW);
	add_credential(fixture, CREDENTIAL_APP, "laptop", 0);
	expect_member(fixture, "\"quota_limit\":2000000,\"usage_bytes\":5000,"
			       "\"usage_messages\":7,\"trash_days\":7,"
			       "\"password_set_at\":1600000000,");
	fixture->configuration.learn_password = LEARN_PASSWORD_NEVER;
	expect_member(fixture, "\"tiers\":[\"university\",\"alumni\",\"app\"],"
			       "\"directory\":\"university\","
			       "\"directory_active\":true,");
	expect_member(fixture, "\"forward\":\"me@outside.example\","
			       "\"forward_keep_copy\":false,"
			       "\"forward_pending\":null,");
	expect_member(fixture, "\"app_passwords\":2,");
	service_expect_value(
		fixture, DICT_KEY_APP_PASSWORDS,
		"[{\"label\":\"a \\\"phone\\\"\",\"created_at\":1600000002,"
		"\"last_used_at\":1700000000},"
		"{\"label\":\"laptop\",\"created_at\":1600000002,"
		"\"last_used_at\":null}]");
}

static void what_is_switched_off_is_no_tier(void **state)
{
	struct service_fixture *fixture = *state;

	add_credential(fixture, CREDENTIAL_LEARNED, "university", 0);
	add_credential(fixture, CREDENTIAL_APP, "phone", 0);
	fixture->configuration.learn_password = LEARN_PASSWORD_NEVER;
	fixture->configuration.app_passwords = false;
	expect_member(fixture, "\"tiers\":[],");
	expect_member(fixture, "\"app_passwords_used\":false}");
	fixture->configuration.learn_password = LEARN_PASSWORD_ALWAYS;
	fixture->configuration.app_passwords = true;
	expect_member(fixture, "\"tiers\":[\"learned\",\"app\"],");
}

static void who_left_has_no_directory(void **state)
{
	struct service_fixture *fixture = *state;
	const char *id = fixture->service.account.id;
	struct store *store = fixture->service.store;

	assert_int_equal(
		store_account_pin(store, id, "university", "uuid-1", NULL), 1);
	fixture->configuration.leaver_class = leaver;
	expect_member(fixture, "\"directory_active\":true,");
	assert_int_equal(store_account_set_class(store, id, "leaver", NULL), 1);
	expect_member(fixture, "\"tiers\":[],\"directory\":\"university\","
			       "\"directory_active\":false,");
	fixture->configuration.leaver_class = NULL;
	expect_member(fixture, "\"directory_active\":true,");
	assert_int_equal(store_account_set_denied(store, id, SERVICE_NOW, NULL),
			 1);
	expect_member(fixture, "\"directory_active\":false,");
}

static void what_waits_is_seen(void **state)
{
	struct service_fixture *fixture = *state;

	service_expect_done(fixture, DICT_KEY_FORWARD_ADDRESS,
			    "me@outside.example");
	service_expect_done(fixture, DICT_KEY_FORWARD_KEEP_COPY, "no");
	expect_member(fixture, "\"forward\":null,\"forward_keep_copy\":false,"
			       "\"forward_pending\":\"me@outside.example\",");
	fixture->configuration.forward_confirm = false;
	expect_member(fixture, "\"forward_confirm\":false,");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_known),
		SERVICE_TEST(some_are_only_read_or_written),
		SERVICE_TEST(who_is_kept_out_changes_nothing),
		SERVICE_TEST(values_are_utf8),
		SERVICE_TEST(an_empty_account),
		SERVICE_TEST(a_full_account),
		SERVICE_TEST(what_is_switched_off_is_no_tier),
		SERVICE_TEST(who_left_has_no_directory),
		SERVICE_TEST(what_waits_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
