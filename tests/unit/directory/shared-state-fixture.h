/* SPDX-License-Identifier: MIT
 *
 * A folder for the file that workers share (lib/directory/shared-state.h).
 */
#ifndef ALUMNI_TESTS_UNIT_DIRECTORY_SHARED_STATE_FIXTURE_H
#define ALUMNI_TESTS_UNIT_DIRECTORY_SHARED_STATE_FIXTURE_H

#include "lib/directory/shared-state.h"

struct shared_state_fixture {
	char folder[64];
	char path[96];      /* of the file, which is not there yet */
	char elsewhere[96]; /* another path in the folder */
};

/* Set-up and tear-down for cmocka: *state is the fixture. */
int shared_state_fixture_set_up(void **state);
int shared_state_fixture_tear_down(void **state);

/* Opens a handle on the file, which the caller closes; fails the test if the
   file cannot be shared. */
struct shared_state *
shared_state_fixture_open(const struct shared_state_fixture *fixture);

#endif
