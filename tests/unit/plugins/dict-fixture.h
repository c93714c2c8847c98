/* SPDX-License-Identifier: MIT
 *
 * A dict backend over a real store, for its tests.
 */
#ifndef ALUMNI_TESTS_UNIT_PLUGINS_DICT_FIXTURE_H
#define ALUMNI_TESTS_UNIT_PLUGINS_DICT_FIXTURE_H

#include "lib/store/store.h"
#include "plugins/dict/backend.h"
#include "tests/unit/store/store-fixture.h"

#define DAY ((int64_t)86400)
#define NOW ((int64_t)1700000000)

/* A test for cmocka with a fixture of its own as its state. */
#define DICT_TEST(function)                                                    \
	cmocka_unit_test_setup_teardown(function, dict_fixture_set_up,         \
					dict_fixture_tear_down)

struct dict_fixture {
	struct store_fixture *place;
	struct dict_backend *backend;
	struct store *store;
};

/* For cmocka: the state is a struct dict_fixture. Each returns 0. */
int dict_fixture_set_up(void **state);
int dict_fixture_tear_down(void **state);

/* Adds an account of a class: alumni, with Trash kept for 7 days, longer, for
   30, or ever. Fails the test when it cannot. */
struct account dict_fixture_add(const struct dict_fixture *fixture,
				const char *name, const char *class_name);

/* Tells the store that something was saved into the account's Trash. */
void dict_fixture_save_into_trash(const struct dict_fixture *fixture,
				  const struct account *account,
				  int64_t saved_at);

#endif
