/* SPDX-License-Identifier: MIT
 *
 * The user that the daemon becomes. Root's work (secrets, sockets) is done
 * before privileges_drop(), and the first byte from outside is read after it.
 */
#ifndef ALUMNI_MILTER_DAEMON_PRIVILEGES_H
#define ALUMNI_MILTER_DAEMON_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/base/error.h"

struct privileges {
	/* False when the daemon was started as an ordinary user: it stays that
	   user, and the other fields only describe it. */
	bool is_root;
	const char *user; /* not owned */
	uid_t uid;
	gid_t gid;
	gid_t socket_gid;
};

/* Finds user and group. Returns 0, or -1 with an error that names the option
   to mend. The user's name must outlive the result. */
int privileges_find(const char *user, const char *socket_group,
		    struct privileges *privileges_r, struct error *error);

/* Becomes the user for good, with its groups, and with no way to gain anything
   back. Does nothing when not root. Returns 0, or -1 with an error; then the
   process must end. */
int privileges_drop(const struct privileges *privileges, struct error *error);

#endif
