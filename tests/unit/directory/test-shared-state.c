/* SPDX-License-Identifier: MIT
 *
 * What auth workers remember together: the file and its mishaps, and the
 * circuit breaker over made-up times.
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
#include "tests/unit/directory/shared-state-fixture.h"

/* ---- the file ---- */

static void handles_share_what_they_know(void **state)
{
	struct shared_state *one = open_shared(*state);
	struct shared_state *other = open_shared(*state);
	struct shared_state *clone;
	struct stat status;

	remember(one);
	assert_true(
		password_memory_knows(other, PASSWORD_REFUSED, &about, NOW));
	assert_int_equal(shared_state_clone(other, &clone, NULL), 0);
	assert_true(
		password_memory_knows(clone, PASSWORD_REFUSED, &about, NOW));
	assert_int_equal(
		stat(((struct shared_state_fixture *)*state)->path, &status),
		0);
	assert_int_equal(status.st_mode & 07777, 0660);
	shared_state_close(&clone);
	shared_state_close(&other);
	shared_state_close(&one);
	assert_null(one);
}

static void without_a_folder_each_remembers_for_itself(void **unused)
{
	struct shared_state *one, *other;
	struct error error = {.text = ""};

	(void)unused;
	assert_int_equal(shared_state_open("/nowhere/at/all", &one, &error), 0);
	assert_non_null(strstr(error.text, "/nowhere/at/all"));
	assert_non_null(strstr(error.text, "state_dir"));
	assert_int_equal(shared_state_open("/nowhere/at/all", &other, &error),
			 0);
	remember(one);
	assert_false(
		password_memory_knows(other, PASSWORD_REFUSED, &about, NOW));
	shared_state_renew(one);
	shared_state_close(&one);
	shared_state_close(&other);
}

static void nothing_is_remembered_without_a_state(void **unused)
{
	const struct breaker_options one_failure = {.directory = "x",
						    .failures = 1};
	struct breaker breaker;

	(void)unused;
	password_memory_set(NULL, PASSWORD_REFUSED, &about, NOW, 60);
	assert_false(
		password_memory_knows(NULL, PASSWORD_REFUSED, &about, NOW));
	shared_state_renew(NULL);
	breaker_init(&breaker, NULL, &one_failure);
	assert_false(breaker_failed(&breaker, true, 1));
	assert_int_equal(breaker_ask(&breaker, 2), BREAKER_CLOSED);
}

static void put(const char *path, const char *mode, const void *bytes,
		size_t size)
{
	FILE *file = fopen(path, mode);

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void remove_it(const char *path)
{
	assert_int_equal(unlink(path), 0);
}

static void empty_it(const char *path)
{
	assert_int_equal(truncate(path, 0), 0);
}

static void shorten_it(const char *path)
{
	put(path, "w", "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
}

static void cut_the_last_octet(const char *path)
{
	assert_int_equal(truncate(path, SHARED_STATE_BYTES - 1), 0);
}

static void add_an_octet(const char *path)
{
	put(path, "a", "", 1);
}

static void fill_it_with_rubbish(const char *path)
{
	static char rubbish[SHARED_STATE_BYTES];

	memset(rubbish, 0xff, sizeof(rubbish));
	put(path, "r+", rubbish, sizeof(rubbish));
}

/* The digit that ends the magic. */
static void give_it_another_version(const char *path)
{
	put(path, "r+", "ALUMST02", 8);
}

static void link_it_elsewhere(const char *path)
{
	char target[256];

	/* To a file that would do. */
	(void)snprintf(target, sizeof(target), "%s.target", path);
	assert_int_equal(rename(path, target), 0);
	assert_int_equal(symlink(target, path), 0);
}

/* Ways to spoil the file. A worker that has the file open sees that it is gone
   or that it has another size, but not that it has another name. */
static const struct {
	const char *name;
	void (*spoil)(const char *path);
	bool is_seen;
} ways[] = {
	{"removed", remove_it, true},
	{"empty", empty_it, true},
	{"short", shorten_it, true},
	{"an octet short", cut_the_last_octet, true},
	{"an octet long", add_an_octet, true},
	{"rubbish", fill_it_with_rubbish, true},
	{"another version", give_it_another_version, true},
	{"a link", link_it_elsewhere, false},
};

static void a_spoilt_file_is_made_anew(void **state)
{
	struct shared_state_fixture *fixture = *state;
	struct password_about later = about;
	char target[256];

	later.password = "another secret";
	(void)snprintf(target, sizeof(target), "%s.target", fixture->path);
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		struct shared_state *old = open_shared(fixture), *new;

		remember(old);
		ways[i].spoil(fixture->path);
		/* Those who have it open go on, */
		password_memory_set(old, PASSWORD_REFUSED, &about, NOW, 60);
		new = open_shared(fixture);
		if (password_memory_knows(new, PASSWORD_REFUSED, &about, NOW))
			fail_msg("%s: the file is not new", ways[i].name);
		/* and share again with those who come now. */
		shared_state_renew(old);
		password_memory_set(new, PASSWORD_REFUSED, &later, NOW, 60);
		if (password_memory_knows(old, PASSWORD_REFUSED, &later, NOW) !=
		    ways[i].is_seen)
			fail_msg("%s: it is not shared", ways[i].name);
		shared_state_close(&old);
		shared_state_close(&new);
		(void)unlink(target);
		/* The next one begins with nothing remembered. */
		remove_it(fixture->path);
	}
}

/* Without waiting for a worker that begins. */
static void whoever_sees_it_spoilt_makes_it_anew(void **state)
{
	static void (*const seen[])(const char *path) = {
		remove_it, empty_it, shorten_it, add_an_octet};
	struct shared_state_fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(seen) / sizeof(*seen); i++) {
		struct shared_state *old = open_shared(fixture), *new;

		seen[i](fixture->path);
		shared_state_renew(old);
		new = open_shared(fixture);
		remember(old);
		if (!password_memory_knows(new, PASSWORD_REFUSED, &about, NOW))
			fail_msg("way %zu: it is not shared", i);
		shared_state_close(&old);
		shared_state_close(&new);
		remove_it(fixture->path);
	}
}

static void a_file_without_secrets(void **state)
{
	struct shared_state_fixture *fixture = *state;
	struct shared_state *one = open_shared(fixture);
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

			if (shared_state_open(fixture->folder, &mine, NULL) != 1)
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
	shared_state_close(&one);
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
	struct shared_state *one = open_shared(*state);
	struct shared_state *two = open_shared(*state);
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
	shared_state_close(&one);
	shared_state_close(&two);
}

static void one_time_out_opens_it(void **state)
{
	struct shared_state *one = open_shared(*state);
	struct breaker breaker;

	breaker_init(&breaker, one, &options);
	assert_true(breaker_failed(&breaker, true, 1000));
	assert_int_equal(breaker_ask(&breaker, 1001), BREAKER_OPEN);
	shared_state_close(&one);
}

static void one_at_a_time_probes(void **state)
{
	struct shared_state *one = open_shared(*state);
	struct shared_state *two = open_shared(*state);
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
	shared_state_close(&one);
	assert_true(breaker_claim_probes(&b));
	assert_int_equal(breaker_ask(&b, 5001), BREAKER_OPEN);
	assert_int_equal(breaker_ask(&b, 5002), BREAKER_TRY);
	assert_int_equal(breaker_ask(&b, 5003), BREAKER_OPEN);
	shared_state_close(&two);
}

static void changes_are_news_once(void **state)
{
	struct shared_state *one = open_shared(*state);
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
	shared_state_close(&one);
}

static void the_status_can_be_read_from_outside(void **state)
{
	struct breaker_status statuses[SHARED_STATE_BREAKERS];
	struct shared_state_fixture *fixture = *state;
	struct shared_state *one;
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
	shared_state_close(&one);
	shorten_it(fixture->path);
	assert_int_equal(breaker_statuses_read(fixture->folder, 1, statuses,
					       &count, &error),
			 -1);
	assert_non_null(strstr(error.text, fixture->path));
}

static void what_makes_no_sense_counts_as_closed(void **state)
{
	struct shared_state *one = open_shared(*state);
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
	renamed.number = SHARED_STATE_BREAKERS;
	breaker_init(&breaker, one, &renamed);
	assert_false(breaker_failed(&breaker, true, 500001));
	assert_int_equal(breaker_ask(&breaker, 500002), BREAKER_CLOSED);
	assert_false(breaker_claim_probes(&breaker));
	shared_state_close(&one);
}

int main(void)
{
#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, shared_state_set_up,         \
					shared_state_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(handles_share_what_they_know),
		cmocka_unit_test(without_a_folder_each_remembers_for_itself),
		cmocka_unit_test(nothing_is_remembered_without_a_state),
		TEST(a_spoilt_file_is_made_anew),
		TEST(whoever_sees_it_spoilt_makes_it_anew),
		TEST(a_file_without_secrets),
		TEST(many_begin_at_once_and_are_killed),
		TEST(failures_in_a_row_open_it),
		TEST(one_time_out_opens_it),
		TEST(one_at_a_time_probes),
		TEST(changes_are_news_once),
		TEST(the_status_can_be_read_from_outside),
		TEST(what_makes_no_sense_counts_as_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
