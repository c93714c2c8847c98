/* SPDX-License-Identifier: MIT
 *
 * The unix sockets that the daemon listens on, inside the mail server's spool:
 * their folder, owner and mode. Made while the daemon is still root.
 */
#ifndef ALUMNI_MILTER_DAEMON_LISTENING_SOCKET_H
#define ALUMNI_MILTER_DAEMON_LISTENING_SOCKET_H

#include "lib/base/error.h"
#include "milter/daemon/privileges.h"

/* Makes a place for a socket: creates its folder if only that is missing, and
   removes a socket that a process left behind. One that a process still
   listens on, and anything else that stands there, is an error.
   Returns 0, or -1 with an error. */
int listening_socket_prepare(const char *path,
			     const struct privileges *privileges,
			     struct error *error);

/* Binds and listens. Returns the descriptor, or -1 with an error. */
int listening_socket_open(const char *path, struct error *error);

/* Gives a socket to the daemon's user and to the group that may connect, with
   mode 0660; without root, the mode alone. Returns 0, or -1 with an error. */
int listening_socket_give(const char *path, const struct privileges *privileges,
			  struct error *error);

#endif
