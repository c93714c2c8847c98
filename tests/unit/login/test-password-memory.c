/* SPDX-License-Identifier: MIT
 *
 * What auth workers remember of passwords.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/directory/shared-state-fixture.h"

static void what_is_remembered_ends(void **state)
{
	struct shared_state *one = open_shared(*state);
	struct password_about other = about;

	remember(one);
	assert_true(
		password_memory_knows(one, PASSWORD_REFUSED, &about, NOW + 59));
	assert_false(
		password_memory_knows(one, PASSWORD_REFUSED, &about, NOW + 60));
	/* A clock that was set back does not make it last for ever. */
	assert_false(password_memory_knows(one, PASSWORD_REFUSED, &about,
					   NOW - 100 * 86400));
	assert_false(
		password_memory_knows(one, PASSWORD_FITS_HASH, &about, NOW));
	other.password = "secret passwore";
	assert_false(password_memory_knows(one, PASSWORD_REFUSED, &other, NOW));
	other = about;
	other.entry_id = "i";
	assert_false(password_memory_knows(one, PASSWORD_REFUSED, &other, NOW));
	other = about;
	other.directory = "portal";
	assert_false(password_memory_knows(one, PASSWORD_REFUSED, &other, NOW));
	/* Renewed, and forgotten. */
	password_memory_set(one, PASSWORD_REFUSED, &about, NOW, 3600);
	assert_true(
		password_memory_knows(one, PASSWORD_REFUSED, &about, NOW + 60));
	password_memory_set(one, PASSWORD_REFUSED, &about, NOW, 0);
	assert_false(password_memory_knows(one, PASSWORD_REFUSED, &about, NOW));
	shared_state_close(&one);
}

static void one_at_a_time_tries_a_password(void **state)
{
	struct shared_state *one = open_shared(*state);
	struct shared_state *two = open_shared(*state);
	struct password_about other = about;
	struct password_claim a, b, c;

	a = password_memory_claim(one, &about, 0);
	assert_true(a.held);
	b = password_memory_claim(two, &about, 10);
	assert_false(b.held);
	other.password = "another";
	c = password_memory_claim(two, &other, 0);
	assert_true(c.held);
	password_memory_release(two, &b);
	password_memory_release(one, &a);
	b = password_memory_claim(two, &about, 0);
	assert_true(b.held);
	/* A process that ends lets go. */
	shared_state_close(&two);
	a = password_memory_claim(one, &about, 0);
	assert_true(a.held);
	shared_state_close(&one);
	a = password_memory_claim(NULL, &about, 1000);
	assert_false(a.held);
	password_memory_release(NULL, &a);
}

static void when_room_is_short_the_long_stays(void **state)
{
	struct shared_state *one = open_shared(*state);
	struct password_about other = about;
	char password[32];

	password_memory_set(one, PASSWORD_REFUSED, &about, NOW, 6 * 3600);
	other.password = password;
	for (int i = 0; i < 200000; i++) {
		(void)snprintf(password, sizeof(password), "wrong-%d", i);
		password_memory_set(one, PASSWORD_REFUSED, &other, NOW, 300);
	}
	assert_true(password_memory_knows(one, PASSWORD_REFUSED, &other, NOW));
	assert_true(password_memory_knows(one, PASSWORD_REFUSED, &about, NOW));
	shared_state_close(&one);
}

int main(void)
{
#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, shared_state_set_up,         \
					shared_state_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_is_remembered_ends),
		TEST(one_at_a_time_tries_a_password),
		TEST(when_room_is_short_the_long_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
