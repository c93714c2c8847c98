/* SPDX-License-Identifier: MIT
 *
 * TCP connections with a deadline.
 */
#ifndef ALUMNI_DIRECTORY_SOCKET_H
#define ALUMNI_DIRECTORY_SOCKET_H

#include <stdint.h>

#include "lib/base/error.h"

/* Connects to the first address of the host that accepts. Each address gets its
   share of the time until the deadline, in milliseconds on clock_msecs()'s
   clock; the look-up of the host's name is bounded by the resolver alone.
   Returns a blocking descriptor, closed on exec, which the caller closes; or -1
   with an error. */
int directory_socket_connect(const char *host, int port, int64_t deadline_msecs,
			     struct error *error);

#endif
