/* SPDX-License-Identifier: MIT
 *
 * Settings that are read anew while somebody holds the old ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/milter/milter-fixture.h"

/* Reads the configuration with a line of options anew. Returns the name of an
   option that takes a restart, or NULL. */
static const char *reload_with(const struct milter_fixture *fixture,
			       const char *options)
{
	const char *changed = NULL;
	struct error error = {""};

	milter_fixture_configure(fixture, options);
	if (settings_reload(fixture->service.settings, &changed, &error) != 0)
		fail_msg("%s: %s", options, error.text);
	return changed;
}

static void some_options_take_a_restart(void **state)
{
	static const char *const cases[][2] = {
		{"milter_user = \"other\"", "milter_user"},
		{"milter_socket = \"/other\"", "milter_socket"},
		{"maps_socket = \"/other\"", "maps_socket"},
		{"socket_group = \"other\"", "socket_group"},
		{"metrics_listen = \"127.0.0.1:1\"", "metrics_listen"},
		{"contact = \"help@alumni.example\"", NULL},
		{"forward_messages_per_day = 7", NULL},
		{"spam_headers = { \"X-Spam: Yes\" }", NULL},
	};
	const struct milter_fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_null(reload_with(fixture, ""));
		if (cases[i][1] == NULL) {
			assert_null(reload_with(fixture, cases[i][0]));
			continue;
		}
		assert_string_equal(reload_with(fixture, cases[i][0]),
				    cases[i][1]);
		/* Back, which is a difference too. */
		assert_string_equal(reload_with(fixture, ""), cases[i][1]);
	}
}

/* These stand in the file that the fixture writes. */
static void so_do_the_store_and_its_handles(void **state)
{
	static const char *const cases[][3] = {
		{"milter_store_handles = 2", "milter_store_handles = 3",
		 "milter_store_handles"},
		{"store = \"", "store = \"sqlite:/other/", "store"},
	};
	const struct milter_fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[4096], *found;
		const char *changed = NULL;
		struct error error = {""};
		size_t length;
		FILE *file;

		assert_null(reload_with(fixture, ""));
		file = fopen(fixture->configuration_path, "r");
		assert_non_null(file);
		length = fread(text, 1, sizeof(text) - 1, file);
		(void)fclose(file);
		text[length] = '\0';
		found = strstr(text, cases[i][0]);
		assert_non_null(found);
		file = fopen(fixture->configuration_path, "w");
		assert_non_null(file);
		(void)fprintf(
			file, "%.*s%s%s", (int)(found - text), text,
			cases[i][1],
			i == 0 ? found + strlen(cases[i][0])
			       : strchr(found + strlen(cases[i][0]), '"'));
		(void)fclose(file);
		if (settings_reload(fixture->service.settings, &changed,
				    &error) != 0)
			fail_msg("%s", error.text);
		assert_string_equal(changed, cases[i][2]);
		(void)reload_with(fixture, "");
	}
}

static void who_holds_settings_keeps_them(void **state)
{
	const struct milter_fixture *fixture = *state;
	const struct settings *old, *new;

	(void)reload_with(fixture, "contact = \"old@alumni.example\"");
	old = settings_take(fixture->service.settings);
	(void)reload_with(fixture, "contact = \"new@alumni.example\"");
	new = settings_take(fixture->service.settings);
	assert_string_equal(old->contact, "old@alumni.example");
	assert_string_equal(new->contact, "new@alumni.example");
	settings_give(fixture->service.settings, &old);
	assert_null(old);
	settings_give(fixture->service.settings, &old);
	assert_string_equal(new->contact, "new@alumni.example");
	settings_give(fixture->service.settings, &new);
	(void)reload_with(fixture, "");
	new = settings_take(fixture->service.settings);
	/* The postmaster, where there is no other. */
	assert_string_equal(new->contact, "postmaster@alumni.example");
	settings_give(fixture->service.settings, &new);
}

static void what_cannot_be_read_changes_nothing(void **state)
{
	const struct milter_fixture *fixture = *state;
	const struct settings *settings;
	const char *changed = "x";
	char path[FIXTURE_PATH_BYTES + 16];
	struct error error = {""};

	(void)reload_with(fixture, "contact = \"old@alumni.example\"");
	milter_fixture_configure(fixture, "no_such_option = 1");
	assert_int_equal(
		settings_reload(fixture->service.settings, &changed, &error),
		-1);
	assert_null(changed);
	/* The secrets belong to it. */
	milter_fixture_configure(fixture, "contact = \"new@alumni.example\"");
	(void)snprintf(path, sizeof(path), "%.*s/srs.secret",
		       FIXTURE_PATH_BYTES, fixture->store->folder);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(
		settings_reload(fixture->service.settings, &changed, &error),
		-1);
	assert_ptr_equal(strstr(error.text, "srs_secret_file"), error.text);
	settings = settings_take(fixture->service.settings);
	assert_string_equal(settings->contact, "old@alumni.example");
	assert_int_equal(settings->secret_count, 2);
	settings_give(fixture->service.settings, &settings);
	(void)reload_with(fixture, "");
}

static void a_service_needs_its_settings(void **state)
{
	struct milter_service service;
	struct settings_place *place = NULL;
	struct error error = {""};

	(void)state;
	assert_int_equal(service_load(&service, "/nowhere/conf", &error), -1);
	assert_non_null(strstr(error.text, "/nowhere/conf"));
	service_free(&service);
	assert_int_equal(settings_place_new("/nowhere/conf", &place, &error),
			 -1);
	assert_null(place);
}

/* It runs without its store, and defers: that may come back. */
static void a_store_that_is_away_stops_no_service(void **state)
{
	const struct milter_fixture *fixture = *state;
	struct milter_service service;
	struct account account;
	struct error error = {""};
	char file[2 * FIXTURE_PATH_BYTES], hidden[3 * FIXTURE_PATH_BYTES];

	(void)snprintf(file, sizeof(file), "%s", fixture->store->accounts);
	(void)snprintf(hidden, sizeof(hidden), "%s.hidden", file);
	assert_int_equal(rename(file, hidden), 0);
	assert_int_equal(
		service_load(&service, fixture->configuration_path, &error), 0);
	assert_int_equal(service_open_store(&service, &error), 0);
	assert_string_not_equal(error.text, "");
	assert_int_equal(
		store_pool_account(service.pool, "alumna", &account, &error),
		-1);
	assert_int_equal(rename(hidden, file), 0);
	assert_int_equal(
		store_pool_account(service.pool, "alumna", &account, &error),
		1);
	service_free(&service);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(some_options_take_a_restart),
		cmocka_unit_test(so_do_the_store_and_its_handles),
		cmocka_unit_test(who_holds_settings_keeps_them),
		cmocka_unit_test(what_cannot_be_read_changes_nothing),
		cmocka_unit_test(a_service_needs_its_settings),
		cmocka_unit_test(a_store_that_is_away_stops_no_service),
	};

	return cmocka_run_group_tests(tests, milter_fixture_set_up,
				      milter_fixture_tear_down);
}
