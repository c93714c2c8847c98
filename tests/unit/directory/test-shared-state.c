/* SPDX-License-Identifier: MIT
 *
 * What auth workers remember together: the file and its mishaps, the circuit
 * breaker over made-up times, and the memory of passwords.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/directory/breaker.h"
#include "lib/directory/shared-state.h"
#include "lib/login/password-memory.h"

#define NOW INT64_C(1750000000)

struct fixture {
	char folder[64];
	char path[96];
};

static int set_up(void **state)
{
	static struct fixture fixture;

	(void)snprintf(fixture.folder, sizeof(fixture.folder),
		       "/tmp/alumni-state-XXXXXX");
	if (mkdtemp(fixture.folder) == NULL)
		return -1;
	(void)snprintf(fixture.path, sizeof(fixture.path), "%s/%s",
		       fixture.folder, LOGIN_STATE_FILE);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	(void)unlink(fixture->path);
	return rmdir(fixture->folder);
}

static struct login_state *open_shared(const struct fixture *fixture)
{
	struct login_state *state;
	struct error error;

	if (login_state_open(fixture->folder, &state, &error) != 1)
		fail_msg("%s", error.text);
	return state;
}

static const struct password_about about = {
	.directory = "university",
	.entry_id = "id",
	.password = "secret password",
};

static void remember(struct login_state *state)
{
	password_memory_set(state, PASSWORD_REFUSED, &about, NOW, 60);
	assert_true(
		password_memory_knows(state, PASSWORD_REFUSED, &about, NOW));
}

/* ---- the file ---- */

static void handles_share_what_they_know(void **state)
{
	struct login_state *one = open_shared(*state);
	struct login_state *other = open_shared(*state);
	struct login_state *clone;
	struct stat status;

	remember(one);
	assert_true(
		password_memory_knows(other, PASSWORD_REFUSED, &about, NOW));
	assert_int_equal(login_state_clone(other, &clone, NULL), 0);
	assert_true(
		password_memory_knows(clone, PASSWORD_REFUSED, &about, NOW));
	assert_int_equal(stat(((struct fixture *)*state)->path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0660);
	login_state_close(&clone);
	login_state_close(&other);
	login_state_close(&one);
	assert_null(one);
}

static void without_a_folder_each_remembers_for_itself(void **unused)
{
	struct login_state *one, *other;
	struct error error = {.text = ""};

	(void)unused;
	assert_int_equal(login_state_open("/nowhere/at/all", &one, &error), 0);
	assert_non_null(strstr(error.text, "/nowhere/at/all"));
	assert_non_null(strstr(error.text, "state_dir"));
	assert_int_equal(login_state_open("/nowhere/at/all", &other, &error),
			 0);
	remember(one);
	assert_false(
		password_memory_knows(other, PASSWORD_REFUSED, &about, NOW));
	login_state_renew(one);
	login_state_close(&one);
	login_state_close(&other);
}

static void nothing_is_remembered_without_a_state(void **unused)
{
	const struct breaker_options options = {.directory = "x",
						.failures = 1};
	struct breaker breaker;

	(void)unused;
	password_memory_set(NULL, PASSWORD_REFUSED, &about, NOW, 60);
	assert_false(
		password_memory_knows(NULL, PASSWORD_REFUSED, &about, NOW));
	login_state_renew(NULL);
	breaker_init(&breaker, NULL, &options);
	assert_false(breaker_failed(&breaker, true, 1));
	assert_int_equal(breaker_ask(&breaker, 2), BREAKER_CLOSED);
}

static void spoil(const char *path, const char *how)
{
	FILE *file;

	if (strcmp(how, "removed") == 0) {
		assert_int_equal(unlink(path), 0);
		return;
	}
	if (strcmp(how, "empty") == 0) {
		assert_int_equal(truncate(path, 0), 0);
		return;
	}
	if (strcmp(how, "a link") == 0) {
		assert_int_equal(unlink(path), 0);
		assert_int_equal(symlink("/etc/passwd", path), 0);
		return;
	}
	file = fopen(path, strcmp(how, "short") == 0 ? "w" : "r+");
	assert_non_null(file);
	for (int i = 0; i < (strcmp(how, "short") == 0 ? 8 : 600000); i++)
		(void)fputc(0xff, file);
	assert_int_equal(fclose(file), 0);
}

static void a_spoilt_file_is_made_anew(void **state)
{
	static const char *const ways[] = {"removed", "empty", "short",
					   "rubbish", "a link"};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		struct login_state *old = open_shared(fixture), *new;

		remember(old);
		spoil(fixture->path, ways[i]);
		/* Those who have it open go on, */
		(void)password_memory_knows(old, PASSWORD_REFUSED, &about, NOW);
		password_memory_set(old, PASSWORD_REFUSED, &about, NOW, 60);
		/* and share again with those who come now. */
		new = open_shared(fixture);
		login_state_renew(old);
		password_memory_set(new, PASSWORD_REFUSED, &about, NOW, 60);
		if (!password_memory_knows(old, PASSWORD_REFUSED, &about, NOW))
			fail_msg("%s", ways[i]);
		login_state_close(&old);
		login_state_close(&new);
	}
}

static void a_file_without_secrets(void **state)
{
	struct fixture *fixture = *state;
	struct login_state *one = open_shared(fixture);
	static char bytes[LOGIN_STATE_BYTES];
	int fd;

	remember(one);
	login_state_close(&one);
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
	struct fixture *fixture = *state;
	pid_t children[16];
	struct login_state *one;

	for (size_t i = 0; i < 16; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0) {
			struct login_state *mine;

			if (login_state_open(fixture->folder, &mine, NULL) != 1)
				_exit(1);
			for (int64_t n = 0;; n++)
				password_memory_set(mine, PASSWORD_REFUSED,
						    &about, NOW + n, 60);
		}
	}
	one = open_shared(fixture);
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
	login_state_close(&one);
}

/* ---- passwords ---- */

static void what_is_remembered_ends(void **state)
{
	struct login_state *one = open_shared(*state);
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
	login_state_close(&one);
}

static void one_at_a_time_tries_a_password(void **state)
{
	struct login_state *one = open_shared(*state);
	struct login_state *two = open_shared(*state);
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
	login_state_close(&two);
	a = password_memory_claim(one, &about, 0);
	assert_true(a.held);
	login_state_close(&one);
	a = password_memory_claim(NULL, &about, 1000);
	assert_false(a.held);
	password_memory_release(NULL, &a);
}

static void when_room_is_short_the_long_stays(void **state)
{
	struct login_state *one = open_shared(*state);
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
	login_state_close(&one);
}

/* ---- the breaker ---- */

static const struct breaker_options options = {
	.directory = "university",
	.number = 1,
	.failures = 3,
	.probe_msecs = 1000,
	.timeout_msecs = 500,
};

static void failures_in_a_row_open_it(void **state)
{
	struct login_state *one = open_shared(*state);
	struct login_state *two = open_shared(*state);
	struct breaker a, b;

	breaker_init(&a, one, &options);
	breaker_init(&b, two, &options);
	assert_int_equal(breaker_ask(&a, 1000), BREAKER_CLOSED);
	assert_false(breaker_failed(&a, false, 1000));
	assert_false(breaker_failed(&b, false, 1001));
	assert_false(breaker_succeeded(&a, 1002));
	assert_false(breaker_failed(&a, false, 1003));
	assert_false(breaker_failed(&b, false, 1004));
	assert_int_equal(breaker_ask(&b, 1004), BREAKER_CLOSED);
	assert_true(breaker_failed(&a, false, 1005));
	assert_false(breaker_failed(&b, false, 1006));
	assert_int_equal(breaker_ask(&b, 1007), BREAKER_OPEN);
	assert_true(breaker_succeeded(&b, 1008));
	assert_false(breaker_succeeded(&a, 1009));
	assert_int_equal(breaker_ask(&a, 1010), BREAKER_CLOSED);
	login_state_close(&one);
	login_state_close(&two);
}

static void one_time_out_opens_it(void **state)
{
	struct login_state *one = open_shared(*state);
	struct breaker breaker;

	breaker_init(&breaker, one, &options);
	assert_true(breaker_failed(&breaker, true, 1000));
	assert_int_equal(breaker_ask(&breaker, 1001), BREAKER_OPEN);
	login_state_close(&one);
}

static void one_at_a_time_probes(void **state)
{
	struct login_state *one = open_shared(*state);
	struct login_state *two = open_shared(*state);
	struct breaker a, b;

	breaker_init(&a, one, &options);
	breaker_init(&b, two, &options);
	(void)breaker_failed(&a, true, 1000);
	assert_true(breaker_claim_probes(&a));
	assert_false(breaker_claim_probes(&b));
	assert_false(breaker_wants_probe(&b, 2500));
	assert_true(breaker_wants_probe(&b, 2501));
	breaker_probing(&a, 2501);
	assert_false(breaker_wants_probe(&b, 2502));
	/* The prober is gone. */
	login_state_close(&one);
	assert_true(breaker_claim_probes(&b));
	assert_int_equal(breaker_ask(&b, 5001), BREAKER_OPEN);
	assert_int_equal(breaker_ask(&b, 5002), BREAKER_TRY);
	assert_int_equal(breaker_ask(&b, 5003), BREAKER_OPEN);
	login_state_close(&two);
}

static void changes_are_news_once(void **state)
{
	struct login_state *one = open_shared(*state);
	struct breaker_status status;
	struct breaker breaker;

	breaker_init(&breaker, one, &options);
	assert_false(breaker_take_news(&breaker, 1, &status));
	(void)breaker_failed(&breaker, true, 1000);
	assert_true(breaker_take_news(&breaker, 1500, &status));
	assert_true(status.open);
	assert_string_equal(status.directory, "university");
	assert_int_equal(status.open_msecs, 500);
	assert_int_equal(status.times_opened, 1);
	assert_int_equal(status.last_probe_msecs, -1);
	assert_false(breaker_take_news(&breaker, 1500, &status));
	(void)breaker_succeeded(&breaker, 1600);
	assert_true(breaker_take_news(&breaker, 1700, &status));
	assert_false(status.open);
	login_state_close(&one);
}

static void the_status_can_be_read_from_outside(void **state)
{
	struct breaker_status statuses[LOGIN_STATE_BREAKERS];
	struct fixture *fixture = *state;
	struct login_state *one;
	struct breaker breaker;
	struct error error = {.text = ""};
	size_t count = 9;

	assert_int_equal(breaker_statuses_read(fixture->folder, 1, statuses,
					       &count, &error),
			 0);
	assert_int_equal(count, 0);
	one = open_shared(fixture);
	breaker_init(&breaker, one, &options);
	(void)breaker_failed(&breaker, true, 1000);
	assert_int_equal(breaker_statuses_read(fixture->folder, 4000, statuses,
					       &count, &error),
			 1);
	assert_int_equal(count, 1);
	assert_string_equal(statuses[0].directory, "university");
	assert_true(statuses[0].open);
	assert_int_equal(statuses[0].open_msecs, 3000);
	login_state_close(&one);
	spoil(fixture->path, "short");
	assert_int_equal(breaker_statuses_read(fixture->folder, 1, statuses,
					       &count, &error),
			 -1);
	assert_non_null(strstr(error.text, fixture->path));
}

static void what_makes_no_sense_counts_as_closed(void **state)
{
	struct login_state *one = open_shared(*state);
	struct breaker_options renamed = options;
	struct breaker breaker;

	breaker_init(&breaker, one, &options);
	(void)breaker_failed(&breaker, true, 500000);
	/* The machine was started anew. */
	assert_int_equal(breaker_ask(&breaker, 1000), BREAKER_CLOSED);
	/* The configuration has another directory in this place. */
	renamed.directory = "portal";
	breaker_init(&breaker, one, &renamed);
	assert_int_equal(breaker_ask(&breaker, 500001), BREAKER_CLOSED);
	/* More than there is room for. */
	renamed.number = LOGIN_STATE_BREAKERS;
	breaker_init(&breaker, one, &renamed);
	assert_false(breaker_failed(&breaker, true, 500001));
	assert_int_equal(breaker_ask(&breaker, 500002), BREAKER_CLOSED);
	assert_false(breaker_claim_probes(&breaker));
	login_state_close(&one);
}

int main(void)
{
#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(handles_share_what_they_know),
		cmocka_unit_test(without_a_folder_each_remembers_for_itself),
		cmocka_unit_test(nothing_is_remembered_without_a_state),
		TEST(a_spoilt_file_is_made_anew),
		TEST(a_file_without_secrets),
		TEST(many_begin_at_once_and_are_killed),
		TEST(what_is_remembered_ends),
		TEST(one_at_a_time_tries_a_password),
		TEST(when_room_is_short_the_long_stays),
		TEST(failures_in_a_row_open_it),
		TEST(one_time_out_opens_it),
		TEST(one_at_a_time_probes),
		TEST(changes_are_news_once),
		TEST(the_status_can_be_read_from_outside),
		TEST(what_makes_no_sense_counts_as_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
