/* SPDX-License-Identifier: MIT
 *
 * People and directories for the tests of the login decision: made-up
 * directory functions and a real store.
 *
 * The accounts and entries are in tests/unit/login/login-world.c. The password
 * NAME-university fits in the directory, NAME-alumni in the alumni database.
 */
#ifndef ALUMNI_TESTS_UNIT_LOGIN_LOGIN_WORLD_H
#define ALUMNI_TESTS_UNIT_LOGIN_LOGIN_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/login/login.h"
#include "tests/unit/store/store-fixture.h"

#define LOGIN_WORLD_NOW INT64_C(1750000000)
/* In the hash that stands in where there is none. */
#define LOGIN_WORLD_DUMMY_SALT "$QWx1bW5pbWFpbER1bW15IQ$"

struct login_world {
	struct store_fixture *fixture;
	struct store *store;
	struct configuration configuration;
	/* What the next case wants of the directory. */
	bool directory_is_down;
	bool binds_fail;
	/* What became of every entry. */
	bool entry_is_absent, entry_is_inactive, entry_is_denied;
	const char *entry_id;           /* NULL = its own */
	const char *directory_password; /* NULL = NAME-university */
	/* An account of the name that is added while the password is being
	   verified, as by another login, or by an administrator. */
	const char *added_meanwhile;
	const char *added_with_id;
	bool added_disabled;
	struct shared_state *state; /* NULL, or closed by the tear-down */
	int64_t now;
	/* What was asked. */
	int finds, verifies, hashes, dummies;
};

/* Set-up and tear-down for cmocka: all accounts as they were. */
int login_world_set_up(void **state);
int login_world_tear_down(void **state);

/* For struct login_directory and struct login_parts; the context is the
   world. */
int login_world_find(void *context, const char *name,
		     struct directory_entry *entry_r, struct error *error);
int login_world_verify(void *context, const char *dn, const char *password,
		       struct error *error);
int login_world_verify_hash(void *context, const char *hash,
			    const char *password, struct error *error);

#endif
