/* SPDX-License-Identifier: MIT
 *
 * Tests of the dict keys of an account: which exist, what they read as, and
 * what may be written.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plugins/dict/account-keys.h"

#define SEVEN_DAYS ((int64_t)7 * 24 * 60 * 60)

static char alumni_name[] = "alumni";
static struct class_options alumni_class = {
	.name = alumni_name,
	.quota = 2000,
	.trash_retention = SEVEN_DAYS,
};
static const struct configuration configuration = {
	.default_class = alumni_name,
	.classes = &alumni_class,
	.class_count = 1,
};

static const struct account plain = {
	.name = "plain",
	.class_name = "alumni",
	.enabled = true,
	.usage_bytes = 1234567890123,
	.usage_messages = 42,
	.trash_oldest = 1700000000,
	.trash_generation = 9,
};

static const struct account forwarding = {
	.name = "forwarding",
	.class_name = "alumni",
	.has_own_quota = true,
	.own_quota = 0,
	.forward_address = "me@elsewhere.example",
	.forward_keep_copy = true,
};

struct get_case {
	const struct account *account;
	const char *key;
	int ret;
	const char *expected; /* the value, or part of the error */
};

static const struct get_case get_cases[] = {
	{&plain, "priv/quota/storage", 1, "1234567890123"},
	{&plain, "priv/quota/messages", 1, "42"},
	{&plain, "priv/quota/limit", 1, "2000"},
	{&plain, "priv/trash/oldest", 1, "1700000000"},
	{&plain, "priv/trash/state", 1, "9 1700000000 604800"},
	{&forwarding, "priv/quota/limit", 1, "0"},
	{&forwarding, "priv/trash/state", 1, "0 0 604800"},
	{&plain, "priv/trash/expired", -1, "priv/trash/expired cannot be"},
	{&plain, "priv/quota", -1, "no key \"priv/quota\""},
	{&plain, "priv/quota/storage/", -1, "no key"},
	{&plain, "priv/password", -1, "no key"},
	{&plain, "", -1, "no key"},
};

static void test_get(void **state __attribute__((unused)))
{
	size_t i;

	for (i = 0; i < sizeof(get_cases) / sizeof(get_cases[0]); i++) {
		const struct get_case *c = &get_cases[i];
		char value[WIRE_VALUE_BYTES] = "";
		struct error error = {.text = ""};

		assert_int_equal(account_key_get(c->account, &configuration,
						 c->key, value, &error),
				 c->ret);
		if (c->ret > 0)
			assert_string_equal(value, c->expected);
		else if (c->ret < 0)
			assert_non_null(strstr(error.text, c->expected));
	}
}

struct refused_case {
	const char *key;
	const char *value;
	const char *error;
};

static const struct refused_case refused_cases[] = {
	{"priv/quota/storage", "", "priv/quota/storage: \"\" is not"},
	{"priv/quota/storage", "-1", "is not a decimal"},
	{"priv/quota/storage", "+1", "is not a decimal"},
	{"priv/quota/storage", " 1", "is not a decimal"},
	{"priv/quota/storage", "1 ", "is not a decimal"},
	{"priv/quota/storage", "0x10", "is not a decimal"},
	{"priv/quota/storage", "9223372036854775808", "is not a decimal"},
	{"priv/quota/messages", "many", "is not a decimal"},
	{"priv/quota/limit", "1000000", "cannot be set"},
	{"priv/trash/oldest", "0", "a session cannot clear it"},
	{"priv/trash/oldest", "-5", "is not a decimal"},
	{"priv/trash/state", "1 2 3", "cannot be set"},
	{"priv/trash/expired", "", "is not 2 decimal numbers"},
	{"priv/trash/expired", "1", "is not 2 decimal numbers"},
	{"priv/trash/expired", "1  2", "is not 2 decimal numbers"},
	{"priv/trash/expired", "1 2 3", "is not 2 decimal numbers"},
	{"priv/trash/expired", "1 -2", "is not 2 decimal numbers"},
	{"priv/quota/inbox", "7", "is not 2 decimal numbers"},
	{"priv/quota/saved", "1 1 1 1", "is not 5 decimal numbers"},
	{"priv/quota/saved", "1 1 1 1 1 1", "is not 5 decimal numbers"},
	{"priv/quota/saved", "1 0 1 1 1", "tells of no message"},
	{"priv/quota/saved", "1 1 0 1 1", "tells of no message"},
	{"priv/quota/saved", "1 1 1 0 1", "tells of no message"},
	{"priv/quota/saved", "1 9223372036854775807 1 1 1", "32 bits"},
	{"priv/quota/saved", "1 1 4294967296 1 1", "32 bits"},
	{"priv/quota/saved", "1 1 1 4294967296 1", "32 bits"},
	{"priv/quota/inbox", "4294967296 1", "32 bits"},
	{"priv/quota/inbox", "1 4294967296", "32 bits"},
	{"priv/password", "secret", "no key"},
	{"shared/trash/due/plain", "1", "no key"},
};

static void test_set_refused(void **state __attribute__((unused)))
{
	size_t i;

	for (i = 0; i < sizeof(refused_cases) / sizeof(refused_cases[0]); i++) {
		const struct refused_case *c = &refused_cases[i];
		struct account_changes changes;
		struct error error = {.text = ""};

		account_changes_init(&changes);
		assert_int_equal(
			account_key_set(&changes, c->key, c->value, &error),
			-1);
		assert_false(changes.any);
		assert_non_null(strstr(error.text, c->error));
	}
}

static void set(struct account_changes *changes, const char *key,
		const char *value)
{
	struct error error = {.text = ""};

	assert_int_equal(account_key_set(changes, key, value, &error), 0);
}

static void test_set_gathers(void **state __attribute__((unused)))
{
	struct account_changes changes;

	account_changes_init(&changes);
	assert_false(changes.any);
	assert_int_equal(changes.usage.bytes, -1);
	assert_int_equal(changes.usage.messages, -1);
	assert_int_equal(changes.trash_saved_at, 0);
	assert_false(changes.has_trash_expired);

	set(&changes, "priv/quota/storage", "9223372036854775807");
	assert_true(changes.any);
	assert_int_equal(changes.usage.bytes, INT64_MAX);
	assert_int_equal(changes.usage.messages, -1);
	set(&changes, "priv/quota/storage", "0");
	assert_int_equal(changes.usage.bytes, 0);
	set(&changes, "priv/quota/messages", "7");
	assert_int_equal(changes.usage.messages, 7);

	/* Of several messages saved, the oldest counts. */
	set(&changes, "priv/trash/oldest", "200");
	set(&changes, "priv/trash/oldest", "100");
	set(&changes, "priv/trash/oldest", "300");
	assert_int_equal(changes.trash_saved_at, 100);

	set(&changes, "priv/trash/expired", "12 0");
	assert_true(changes.has_trash_expired);
	assert_int_equal(changes.trash_expired_generation, 12);
	assert_int_equal(changes.trash_expired_oldest, 0);
}

static void test_a_delivery_is_set_alone(void **state __attribute__((unused)))
{
	struct account_changes changes;
	struct error error;

	account_changes_init(&changes);
	set(&changes, "priv/quota/saved", "5000 2 77 12 123456789");
	assert_true(changes.has_saved);
	assert_int_equal(changes.saved.bytes, 5000);
	assert_int_equal(changes.saved.messages, 2);
	assert_int_equal(changes.saved.uid_validity, 77);
	assert_int_equal(changes.saved.first_uid, 12);
	assert_int_equal(changes.saved.saved_at, 123456789);
	assert_int_equal(
		account_key_set(&changes, "priv/quota/storage", "1", &error),
		-1);
	assert_non_null(strstr(error.text, "must be set alone"));

	account_changes_init(&changes);
	set(&changes, "priv/quota/inbox", "77 14");
	assert_int_equal(changes.usage.uid_validity, 77);
	assert_int_equal(changes.usage.uid_next, 14);
	assert_int_equal(account_key_set(&changes, "priv/quota/saved",
					 "5000 2 77 12 123456789", &error),
			 -1);
	assert_non_null(strstr(error.text, "must be set alone"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_delivery_is_set_alone),
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_set_refused),
		cmocka_unit_test(test_set_gathers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
