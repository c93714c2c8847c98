/* SPDX-License-Identifier: MIT
 *
 * A folder for the file that auth workers share, and a password to remember.
 */
#ifndef ALUMNI_TESTS_UNIT_DIRECTORY_SHARED_STATE_FIXTURE_H
#define ALUMNI_TESTS_UNIT_DIRECTORY_SHARED_STATE_FIXTURE_H

#include "lib/directory/shared-state.h"
#include "lib/login/password-memory.h"

#define NOW INT64_C(1750000000)

struct shared_state_fixture {
	char folder[64];
	char path[96]; /* of the file */
};

/* Set-up and tear-down for cmocka. */
int shared_state_set_up(void **state);
int shared_state_tear_down(void **state);

/* Opens the file, which must go well. */
struct shared_state *open_shared(const struct shared_state_fixture *fixture);

extern const struct password_about about;

/* Remembers for a minute from NOW on that it was refused. */
void remember(struct shared_state *state);

#endif
