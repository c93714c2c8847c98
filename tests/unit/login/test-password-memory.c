/* SPDX-License-Identifier: MIT
 *
 * The memory of passwords, over a file that several handles share.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/login/password-memory.h"
#include "tests/unit/directory/shared-state-fixture.h"
#define NOW INT64_C(1750000000)

static const struct password_about about = {
	.directory = "university",
	.entry_id = "id",
	.password = "secret password",
};

static void remember(struct shared_state *state)
{
	password_memory_set(state, PASSWORD_REFUSED, &about, NOW, 60);
	assert_true(
		password_memory_knows(state, PASSWORD_REFUSED, &about, NOW));
}

static void handles_share_what_they_know(void **state)
{
	struct shared_state *one = shared_state_fixture_open(*state);
	struct shared_state *other = shared_state_fixture_open(*state);
	struct shared_state *clone;

	remember(one);
	assert_true(
		password_memory_knows(other, PASSWORD_REFUSED, &about, NOW));
	assert_int_equal(shared_state_clone(other, &clone, NULL), 0);
	assert_true(
		password_memory_knows(clone, PASSWORD_REFUSED, &about, NOW));
	shared_state_close(&clone);
	shared_state_close(&other);
	shared_state_close(&one);
}

static void nothing_is_remembered_without_a_state(void **unused)
{
	(void)unused;
	password_memory_set(NULL, PASSWORD_REFUSED, &about, NOW, 60);
	assert_false(
		password_memory_knows(NULL, PASSWORD_REFUSED, &about, NOW));
}

static void a_file_without_secrets(void **state)
{
	struct shared_state_fixture *fixture = *state;
	struct shared_state *one = shared_state_fixture_open(fixture);
	static char bytes[SHARED_STATE_BYTES];
	int fd;

	remember(one);
	shared_state_close(&one);
	fd = open(fixture->path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, bytes, sizeof(bytes)), sizeof(bytes));
	(void)close(fd);
	assert_null(memmem(bytes, sizeof(bytes), "secret", 6));
	assert_null(memmem(bytes, sizeof(bytes), "university", 10));
}

/* Many processes begin at the same time, each dies at some point; the file is
   whole afterwards. */
static void many_begin_at_once_and_are_killed(void **state)
{
	struct shared_state_fixture *fixture = *state;
	pid_t children[16];
	struct shared_state *one;

	for (size_t i = 0; i < 16; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0) {
			struct shared_state *mine;

			if (shared_state_open(fixture->folder, &mine, NULL) !=
			    1)
				_exit(1);
			for (int64_t n = 0;; n++)
				password_memory_set(mine, PASSWORD_REFUSED,
						    &about, NOW + n, 60);
		}
	}
	one = shared_state_fixture_open(fixture);
	for (int64_t n = 0;
	     !password_memory_knows(one, PASSWORD_REFUSED, &about, NOW + n);)
		n = (n + 1) % 10000;
	for (size_t i = 0; i < 16; i++) {
		int status;

		(void)kill(children[i], SIGKILL);
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_true(WIFSIGNALED(status));
	}
	remember(one);
	shared_state_close(&one);
}

static void what_is_remembered_ends(void **state)
{
	struct shared_state *one = shared_state_fixture_open(*state);
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
	struct shared_state *one = shared_state_fixture_open(*state);
	struct shared_state *two = shared_state_fixture_open(*state);
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
	struct shared_state *one = shared_state_fixture_open(*state);
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
	cmocka_unit_test_setup_teardown(function, shared_state_fixture_set_up, \
					shared_state_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(handles_share_what_they_know),
		cmocka_unit_test(nothing_is_remembered_without_a_state),
		TEST(a_file_without_secrets),
		TEST(many_begin_at_once_and_are_killed),
		TEST(what_is_remembered_ends),
		TEST(one_at_a_time_tries_a_password),
		TEST(when_room_is_short_the_long_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
