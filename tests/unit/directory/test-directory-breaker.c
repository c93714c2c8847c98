/* SPDX-License-Identifier: MIT
 *
 * The circuit breaker around a real slapd that hangs, stops and comes back:
 * nobody waits twice, and nobody has to do anything for it to be asked again.
 */
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
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/directory/directory.h"
#include "lib/base/clock.h"
#include "tests/unit/directory/slapd-fixture.h"

#define TIMEOUT_MSECS 500
#define PROBE_MSECS   100
#define WAIT_MSECS    20000

struct fixture {
	struct slapd slapd;
	char *uris[2];
	struct directory_options options;
	char folder[64];
	char path[96];
	struct shared_state *state;
};

static char name[] = "university", base[] = SLAPD_PEOPLE;
static char bind_dn[] = SLAPD_SERVICE, filter[] = "(uid=%u)";
static char id_attribute[] = "entryUUID";

static int set_up(void **state)
{
	static struct fixture fixture;

	if (slapd_set_up(&fixture.slapd) < 0)
		return -1;
	fixture.uris[0] = fixture.slapd.uri;
	fixture.options = (struct directory_options){
		.name = name,
		.uris = fixture.uris,
		.tls = DIRECTORY_TLS_STARTTLS,
		.ca_file = fixture.slapd.ca_file,
		.bind_dn = bind_dn,
		.bind_password_file = fixture.slapd.password_file,
		.base = base,
		.filter = filter,
		.id_attribute = id_attribute,
		.connect_timeout_msecs = TIMEOUT_MSECS,
		.request_timeout_msecs = TIMEOUT_MSECS,
		.breaker_failures = 3,
		.breaker_probe_msecs = PROBE_MSECS,
	};
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	slapd_tear_down(&((struct fixture *)*state)->slapd);
	return 0;
}

static int set_up_state(void **state)
{
	struct fixture *fixture = *state;

	(void)snprintf(fixture->folder, sizeof(fixture->folder),
		       "/tmp/alumni-breaker-XXXXXX");
	if (mkdtemp(fixture->folder) == NULL)
		return -1;
	(void)snprintf(fixture->path, sizeof(fixture->path), "%s/%s",
		       fixture->folder, SHARED_STATE_FILE);
	return shared_state_open(fixture->folder, &fixture->state, NULL) == 1
		       ? 0
		       : -1;
}

static int tear_down_state(void **state)
{
	struct fixture *fixture = *state;

	shared_state_close(&fixture->state);
	(void)unlink(fixture->path);
	return rmdir(fixture->folder);
}

static struct directory *open_directory(const struct fixture *fixture)
{
	struct directory *directory = NULL;
	struct error error;

	if (directory_open(&fixture->options, &directory, &error) < 0)
		fail_msg("%s", error.text);
	directory_use_breaker(directory, fixture->state, 0);
	return directory;
}

/* Returns what directory_find() says, and how long that took. */
static int ask(struct directory *directory, int64_t *took_r,
	       struct error *error)
{
	struct directory_entry entry;
	int64_t before = clock_msecs();
	int ret = directory_find(directory, "employee", &entry, error);

	*took_r = clock_msecs() - before;
	return ret;
}

static void expect_not_asked(struct directory *directory)
{
	struct error error = {.text = ""};
	int64_t took;

	assert_int_equal(ask(directory, &took, &error), -1);
	assert_non_null(strstr(error.text, "not asked"));
	assert_true(took < TIMEOUT_MSECS / 2);
}

/* Nobody asks meanwhile: the prober alone finds it out. */
static void wait_for_news(struct directory *directory, bool open)
{
	const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
	int64_t until = clock_msecs() + WAIT_MSECS;
	struct error news;
	bool is_open;

	while (!directory_take_news(directory, &is_open, &news)) {
		if (clock_msecs() > until)
			fail_msg("no news");
		(void)nanosleep(&pause, NULL);
	}
	assert_int_equal(is_open, open);
	assert_non_null(strstr(news.text, open ? "does not answer" : "again"));
}

static void a_hung_directory_costs_one_time_out(void **state)
{
	struct fixture *fixture = *state;
	struct directory *one = open_directory(fixture);
	struct directory *other = open_directory(fixture);
	struct error error = {.text = ""};
	int64_t took;

	assert_int_equal(ask(one, &took, &error), 1);
	assert_int_equal(slapd_hang(&fixture->slapd), 0);
	assert_int_equal(ask(one, &took, &error), -1);
	assert_true(took >= TIMEOUT_MSECS && took < 3 * TIMEOUT_MSECS);
	wait_for_news(one, true);
	expect_not_asked(one);
	/* As by another process. */
	expect_not_asked(other);
	assert_int_equal(kill(fixture->slapd.pid, SIGCONT), 0);
	wait_for_news(other, false);
	assert_int_equal(ask(one, &took, &error), 1);
	assert_int_equal(ask(other, &took, &error), 1);
	directory_close(&one);
	directory_close(&other);
}

static void one_that_refuses_is_asked_some_times(void **state)
{
	struct fixture *fixture = *state;
	struct directory *directory = open_directory(fixture);
	struct error error = {.text = ""};
	int64_t took;

	slapd_stop(&fixture->slapd);
	for (unsigned int i = 0; i < fixture->options.breaker_failures; i++) {
		assert_int_equal(ask(directory, &took, &error), -1);
		assert_null(strstr(error.text, "not asked"));
	}
	expect_not_asked(directory);
	wait_for_news(directory, true);
	assert_int_equal(slapd_start(&fixture->slapd), 0);
	wait_for_news(directory, false);
	assert_int_equal(ask(directory, &took, &error), 1);
	directory_close(&directory);
}

/* Whoever comes next probes instead. */
static void a_prober_that_is_killed_is_replaced(void **state)
{
	struct fixture *fixture = *state;
	struct directory *directory;
	struct error error = {.text = ""};
	int64_t until, took;
	pid_t child;
	int status;

	assert_int_equal(slapd_hang(&fixture->slapd), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		directory = open_directory(fixture);
		(void)ask(directory, &took, NULL);
		(void)kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(kill(fixture->slapd.pid, SIGCONT), 0);
	directory = open_directory(fixture);
	expect_not_asked(directory);
	until = clock_msecs() + WAIT_MSECS;
	while (ask(directory, &took, &error) != 1) {
		const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};

		if (clock_msecs() > until)
			fail_msg("%s", error.text);
		(void)nanosleep(&pause, NULL);
	}
	directory_close(&directory);
}

static void without_a_state_every_question_is_asked(void **state)
{
	struct fixture *fixture = *state;
	struct directory *directory = NULL;
	struct error error = {.text = ""};
	int64_t took;

	assert_int_equal(directory_open(&fixture->options, &directory, &error),
			 0);
	assert_int_equal(slapd_hang(&fixture->slapd), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ask(directory, &took, &error), -1);
		assert_true(took >= TIMEOUT_MSECS);
	}
	assert_int_equal(kill(fixture->slapd.pid, SIGCONT), 0);
	directory_close(&directory);
}

static void an_answer_of_no_use_does_not_open_it(void **state)
{
	struct fixture *fixture = *state;
	char everybody[] = "(|(uid=%u)(uid=*))";
	struct directory *directory;
	struct error error = {.text = ""};
	int64_t took;

	fixture->options.filter = everybody;
	directory = open_directory(fixture);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(ask(directory, &took, &error), -1);
		assert_non_null(strstr(error.text, "several"));
	}
	directory_close(&directory);
	fixture->options.filter = filter;
}

int main(void)
{
#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, set_up_state, tear_down_state)
	const struct CMUnitTest tests[] = {
		TEST(a_hung_directory_costs_one_time_out),
		TEST(one_that_refuses_is_asked_some_times),
		TEST(a_prober_that_is_killed_is_replaced),
		TEST(without_a_state_every_question_is_asked),
		TEST(an_answer_of_no_use_does_not_open_it),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
