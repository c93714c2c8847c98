/* SPDX-License-Identifier: MIT
 *
 * The shared file; see tests/unit/directory/shared-state-fixture.h.
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

int shared_state_set_up(void **state)
{
	static struct shared_state_fixture fixture;

	(void)snprintf(fixture.folder, sizeof(fixture.folder),
		       "/tmp/alumni-state-XXXXXX");
	if (mkdtemp(fixture.folder) == NULL)
		return -1;
	(void)snprintf(fixture.path, sizeof(fixture.path), "%s/%s",
		       fixture.folder, SHARED_STATE_FILE);
	*state = &fixture;
	return 0;
}

int shared_state_tear_down(void **state)
{
	struct shared_state_fixture *fixture = *state;

	(void)unlink(fixture->path);
	return rmdir(fixture->folder);
}

struct shared_state *open_shared(const struct shared_state_fixture *fixture)
{
	struct shared_state *state;
	struct error error;

	if (shared_state_open(fixture->folder, &state, &error) != 1)
		fail_msg("%s", error.text);
	return state;
}

const struct password_about about = {
	.directory = "university",
	.entry_id = "id",
	.password = "secret password",
};

void remember(struct shared_state *state)
{
	password_memory_set(state, PASSWORD_REFUSED, &about, NOW, 60);
	assert_true(
		password_memory_knows(state, PASSWORD_REFUSED, &about, NOW));
}
