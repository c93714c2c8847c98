/* SPDX-License-Identifier: MIT
 *
 * A folder for the file that workers share; see
 * tests/unit/directory/shared-state-fixture.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/directory/shared-state-fixture.h"

int shared_state_fixture_set_up(void **state)
{
	struct shared_state_fixture *fixture = calloc(1, sizeof(*fixture));

	if (fixture == NULL)
		return -1;
	(void)snprintf(fixture->folder, sizeof(fixture->folder),
		       "/tmp/alumni-state-XXXXXX");
	if (mkdtemp(fixture->folder) == NULL) {
		free(fixture);
		return -1;
	}
	(void)snprintf(fixture->path, sizeof(fixture->path), "%s/%s",
		       fixture->folder, SHARED_STATE_FILE);
	(void)snprintf(fixture->elsewhere, sizeof(fixture->elsewhere),
		       "%s/elsewhere", fixture->folder);
	*state = fixture;
	return 0;
}

int shared_state_fixture_tear_down(void **state)
{
	struct shared_state_fixture *fixture = *state;
	int ret;

	(void)unlink(fixture->path);
	(void)unlink(fixture->elsewhere);
	ret = rmdir(fixture->folder);
	free(fixture);
	return ret;
}

struct shared_state *
shared_state_fixture_open(const struct shared_state_fixture *fixture)
{
	struct shared_state *state;
	struct error error;

	if (shared_state_open(fixture->folder, &state, &error) != 1)
		fail_msg("%s", error.text);
	return state;
}
