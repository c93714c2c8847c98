/* SPDX-License-Identifier: MIT
 *
 * Whether the daemon answers on its own sockets, as a mail server would ask:
 * the service manager's watchdog is told only then.
 */
#ifndef ALUMNI_MILTER_DAEMON_SELF_CHECK_H
#define ALUMNI_MILTER_DAEMON_SELF_CHECK_H

#include "lib/base/error.h"

/* The limit for each step of the two dialogues. */
#define SELF_CHECK_SECONDS 10

/* Asks on both sockets. Neither dialogue asks the store, since a slow or
   missing store is no reason to restart the daemon. Blocks. Returns 0, or -1
   with an error. */
int self_check(const char *milter_socket, const char *maps_socket,
	       struct error *error);

#endif
