/* SPDX-License-Identifier: MIT
 *
 * A store in a temporary folder, for the tests of the store.
 */
#ifndef ALUMNI_TESTS_UNIT_STORE_STORE_FIXTURE_H
#define ALUMNI_TESTS_UNIT_STORE_STORE_FIXTURE_H

#include "lib/store/store.h"

#define FIXTURE_PATH_BYTES 256

struct store_fixture {
	char folder[FIXTURE_PATH_BYTES];
	char location[FIXTURE_PATH_BYTES]; /* of the store in it */
	char accounts[FIXTURE_PATH_BYTES]; /* the two files */
	char credentials[FIXTURE_PATH_BYTES];
};

/* Tests for cmocka with a folder of their own: with a created store, and with
   nothing in it. */
#define STORE_TEST(function)                                                   \
	cmocka_unit_test_setup_teardown(function, store_fixture_set_up,        \
					store_fixture_tear_down)
#define EMPTY_TEST(function)                                                   \
	cmocka_unit_test_setup_teardown(function, store_fixture_set_up_empty,  \
					store_fixture_tear_down)

/* For cmocka: the state is a struct store_fixture. Each returns 0. */
int store_fixture_set_up_empty(void **state);
int store_fixture_set_up(void **state);
int store_fixture_tear_down(void **state);

/* Opens the store; fails the test when it cannot. */
struct store *store_fixture_open(const struct store_fixture *fixture,
				 enum store_access access);

/* The same, with the credentials. */
struct store *store_fixture_open_all(void **state);

/* Reads an account; fails the test unless it is there. */
struct account store_fixture_read(struct store *store, const char *id);

/* Adds an enabled account of the class alumni; fails the test unless it is
   added. */
struct account store_fixture_add(struct store *store, const char *name);

/* Fails the test unless two accounts are equal in every column but those named
   in except, a list that ends with NULL. */
void store_fixture_expect_equal(const struct account *one,
				const struct account *other,
				const char *const *except);

/* Runs SQL on one of the store's files, by the side of the store. */
void store_fixture_execute(const char *path, const char *sql);

/* Fail the test unless something failed with an error that has both texts. */
void store_fixture_expect_failure(int result, const struct error *error,
				  const char *path, const char *what);
void store_fixture_expect_open_failure(const struct store_fixture *fixture,
				       enum store_access access,
				       const char *path, const char *what);

/* Removes a folder and what is in it. */
void store_fixture_remove(const char *folder);

#endif
