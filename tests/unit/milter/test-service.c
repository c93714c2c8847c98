/* SPDX-License-Identifier: MIT
 *
 * What the threads of the daemon share: handles of the store, counts on their
 * way to it, settings, and what is under way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "tests/unit/milter/milter-fixture.h"

#define HANDLES 2 /* of the fixture */

static void expect_metric(const struct milter_fixture *fixture,
			  const char *line)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	metrics_write(fixture->service.metrics, stream);
	fclose(stream);
	if (strstr(text, line) == NULL)
		fail_msg("no \"%s\" in\n%s", line, text);
	free(text);
}

/* ---- handles ---- */

static void each_handle_is_taken_once(void **state)
{
	struct milter_fixture *fixture = *state;
	struct store_pool *pool = fixture->service.pool;
	struct store_handle handles[HANDLES];

	for (int i = 0; i < HANDLES; i++) {
		assert_int_equal(store_pool_take(pool, &handles[i], NULL), 0);
		assert_non_null(handles[i].store);
	}
	assert_ptr_not_equal(handles[0].store, handles[1].store);
	for (int i = 0; i < HANDLES; i++)
		assert_int_equal(store_pool_give(pool, &handles[i], i), i);
	assert_null(handles[0].store);
	expect_metric(fixture, "store_errors_total 0\n");
	expect_metric(fixture, "seconds_count{step=\"store\"} 2\n");
}

struct giver {
	struct store_pool *pool;
	struct store_handle handle;
	int64_t begun;
};

static void *give_back(void *argument)
{
	struct giver *giver = argument;

	/* As long as the other thread may take to wait. */
	while (clock_msecs() - giver->begun < 100)
		;
	(void)store_pool_give(giver->pool, &giver->handle, 0);
	return NULL;
}

static void a_taker_waits_for_a_handle(void **state)
{
	struct milter_fixture *fixture = *state;
	struct store_pool *pool = fixture->service.pool;
	struct giver giver = {.pool = pool, .begun = clock_msecs()};
	struct store_handle other, third;
	pthread_t thread;

	assert_int_equal(store_pool_take(pool, &giver.handle, NULL), 0);
	assert_int_equal(store_pool_take(pool, &other, NULL), 0);
	assert_int_equal(
		thread_start(give_back, &giver, THREAD_STACK_BYTES, &thread),
		0);
	assert_int_equal(store_pool_take(pool, &third, NULL), 0);
	assert_true(clock_msecs() - giver.begun >= 100);
	assert_int_equal(pthread_join(thread, NULL), 0);
	(void)store_pool_give(pool, &other, 0);
	(void)store_pool_give(pool, &third, 0);
}

static void a_taker_gives_up_in_time(void **state)
{
	struct milter_fixture *fixture = *state;
	struct store_pool *pool = fixture->service.pool;
	struct store_handle handles[HANDLES], third;
	struct error error = {""};
	int64_t begun;

	for (int i = 0; i < HANDLES; i++)
		assert_int_equal(store_pool_take(pool, &handles[i], NULL), 0);
	begun = clock_msecs();
	assert_int_equal(store_pool_take(pool, &third, &error), -1);
	assert_non_null(strstr(error.text, "all 2 store handles were in use"));
	assert_true(clock_msecs() - begun >= STORE_POOL_WAIT_MSECS);
	expect_metric(fixture, "store_errors_total 1\n");
	for (int i = 0; i < HANDLES; i++)
		(void)store_pool_give(pool, &handles[i], 0);
}

static void a_handle_that_failed_is_opened_anew(void **state)
{
	struct milter_fixture *fixture = *state;
	struct store_pool *pool = fixture->service.pool;
	struct account account;

	milter_fixture_break(fixture);
	for (int i = 0; i < 2 * HANDLES; i++)
		assert_int_equal(
			store_pool_account(pool, "alumna", &account, NULL), -1);
	expect_metric(fixture, "store_errors_total 4\n");
	milter_fixture_mend(fixture);
	for (int i = 0; i < 2 * HANDLES; i++)
		assert_int_equal(
			store_pool_account(pool, "alumna", &account, NULL), 1);
	assert_int_equal(store_pool_account(pool, "nobody", &account, NULL), 0);
	expect_metric(fixture, "store_errors_total 4\n");
}

/* ---- counts ---- */

static void counts_wait_for_the_store(void **state)
{
	struct milter_fixture *fixture = *state;
	struct activity_counter *counter = fixture->service.activity;
	const struct account account = milter_fixture_account(fixture, "away");
	const int64_t now = time(NULL);
	const struct activity more = activity_at(now, 0, 3);
	const int64_t begun = clock_msecs();
	struct activity found;
	struct error error = {""};

	milter_fixture_break(fixture);
	activity_counter_add(counter, account.id, &more);
	activity_counter_add(counter, account.id, &more);
	/* The counter's own thread may have them in hand just now. */
	while (activity_counter_flush(counter, &error) == 0) {
		if (clock_msecs() - begun > 30000)
			fail_msg("the counts are gone");
	}
	milter_fixture_mend(fixture);
	assert_int_equal(
		activity_counter_read(counter, account.id, &found, &error), 0);
	assert_int_equal(activity_sent_today(&found, now), 6);
	assert_int_equal(activity_counter_flush(counter, &error), 0);
	assert_int_equal(
		activity_counter_read(counter, account.id, &found, &error), 0);
	assert_int_equal(activity_sent_today(&found, now), 6);
}

/* ---- what is under way ---- */

static void what_is_under_way_is_waited_for(void **state)
{
	struct under_way *under_way = under_way_new();

	(void)state;
	assert_true(under_way_wait(under_way, 0));
	assert_true(under_way_begin(under_way));
	assert_true(under_way_begin(under_way));
	assert_false(under_way_wait(under_way, 0));
	under_way_end(under_way);
	assert_false(under_way_wait(under_way, 0));
	under_way_close(under_way);
	assert_false(under_way_begin(under_way));
	under_way_end(under_way);
	assert_true(under_way_wait(under_way, 0));
	under_way_free(&under_way);
	assert_null(under_way);
}

/* ---- settings ---- */

static void settings_are_read_anew(void **state)
{
	struct milter_fixture *fixture = *state;
	struct settings_place *place = fixture->service.settings;
	const struct settings *before = settings_take(place);
	const struct settings *after;
	const char *changed = "";
	struct error error = {""};

	assert_string_equal(before->contact, "postmaster@alumni.example");
	milter_fixture_configure(fixture, "contact = \"https://help.example\"");
	assert_int_equal(settings_reload(place, &changed, &error), 0);
	assert_null(changed);
	after = settings_take(place);
	assert_ptr_not_equal(before, after);
	assert_string_equal(after->contact, "https://help.example");
	assert_int_equal(after->secret_count, 2);
	/* Those who hold the old ones still have them. */
	assert_string_equal(before->contact, "postmaster@alumni.example");
	settings_give(place, &before);
	settings_give(place, &after);
	assert_null(after);
	settings_give(place, &after);
}

static void what_takes_a_restart_is_named(void **state)
{
	static const struct {
		const char *option, *name;
	} cases[] = {
		{"milter_user = \"somebody\"", "milter_user"},
		{"milter_socket = \"/run/x\"", "milter_socket"},
		{"maps_socket = \"/run/x\"", "maps_socket"},
		{"socket_group = \"somebody\"", "socket_group"},
		{"metrics_listen = \"127.0.0.1:1\"", "metrics_listen"},
	};
	struct milter_fixture *fixture = *state;
	struct settings_place *place = fixture->service.settings;
	struct error error = {""};
	const char *changed;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		milter_fixture_configure(fixture, cases[i].option);
		if (settings_reload(place, &changed, &error) < 0)
			fail_msg("%s", error.text);
		assert_non_null(changed);
		assert_string_equal(changed, cases[i].name);
		milter_fixture_configure(fixture, "");
		assert_int_equal(settings_reload(place, &changed, &error), 0);
	}
}

static void wrong_settings_change_nothing(void **state)
{
	struct milter_fixture *fixture = *state;
	struct settings_place *place = fixture->service.settings;
	const char *changed = "";
	const struct settings *after;
	struct error error = {""};

	milter_fixture_configure(fixture, "nonsense = 1");
	assert_int_equal(settings_reload(place, &changed, &error), -1);
	assert_non_null(strstr(error.text, "nonsense"));
	assert_null(changed);
	after = settings_take(place);
	assert_ptr_equal(after, fixture->settings);
	settings_give(place, &after);
}

#define SERVICE_TEST(function)                                                 \
	cmocka_unit_test_setup_teardown(function, milter_fixture_set_up,       \
					milter_fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVICE_TEST(each_handle_is_taken_once),
		SERVICE_TEST(a_taker_waits_for_a_handle),
		SERVICE_TEST(a_taker_gives_up_in_time),
		SERVICE_TEST(a_handle_that_failed_is_opened_anew),
		SERVICE_TEST(counts_wait_for_the_store),
		cmocka_unit_test(what_is_under_way_is_waited_for),
		SERVICE_TEST(settings_are_read_anew),
		SERVICE_TEST(what_takes_a_restart_is_named),
		SERVICE_TEST(wrong_settings_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
