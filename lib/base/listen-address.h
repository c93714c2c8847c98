/* SPDX-License-Identifier: MIT
 *
 * Where a server listens for TCP: ADDRESS:PORT with a numeric address, IPv6 in
 * brackets.
 */
#ifndef ALUMNI_BASE_LISTEN_ADDRESS_H
#define ALUMNI_BASE_LISTEN_ADDRESS_H

#include <sys/socket.h>

#include "lib/base/error.h"

struct listen_address {
	struct sockaddr_storage address; /* its family is set */
	socklen_t length;
};

/* Reads "127.0.0.1:9799" or "[::1]:9799". Asks no name server. Returns 0, or
   -1 with an error. */
int listen_address_parse(const char *text, struct listen_address *address_r,
			 struct error *error);

#endif
