/* SPDX-License-Identifier: MIT
 *
 * A store in a temporary folder, for the tests of the store.
 */
#ifndef ALUMNI_STORE_FIXTURE_H
#define ALUMNI_STORE_FIXTURE_H

#include "lib/store.h"

#define FIXTURE_PATH_BYTES 256

struct store_fixture {
	char folder[FIXTURE_PATH_BYTES];
	char location[FIXTURE_PATH_BYTES]; /* of the store in it */
	char accounts[FIXTURE_PATH_BYTES]; /* the two files */
	char credentials[FIXTURE_PATH_BYTES];
};

/* Set-up and tear-down for cmocka: an empty folder, and a created store. */
int store_fixture_set_up_empty(void **state);
int store_fixture_set_up(void **state);
int store_fixture_tear_down(void **state);

/* Opens the store; fails the test when it cannot. */
struct store *store_fixture_open(const struct store_fixture *fixture,
				 enum store_access access);

/* Adds an enabled account of the class alumni; fails the test unless it is
   added. */
struct account store_fixture_add(struct store *store, const char *name);

/* Removes a folder and what is in it. */
void store_fixture_remove(const char *folder);

#endif
