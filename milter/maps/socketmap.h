/* SPDX-License-Identifier: MIT
 *
 * The server of the maps: Postfix's socketmap protocol on a unix socket, one
 * thread per connection, since a look-up blocks and Postfix keeps about one
 * connection per process.
 */
#ifndef ALUMNI_MILTER_MAPS_SOCKETMAP_H
#define ALUMNI_MILTER_MAPS_SOCKETMAP_H

#include "lib/base/error.h"
#include "milter/service/service.h"

/* No address is longer; Postfix itself bounds replies so. */
#define SOCKETMAP_REQUEST_BYTES_MAX 100000
/* More connections wait in the socket's queue. Postfix's default is at most
   100 processes per service. */
#define SOCKETMAP_CONNECTIONS_MAX 1000
/* Postfix connects again when it needs to. */
#define SOCKETMAP_IDLE_SECONDS  600
#define SOCKETMAP_WRITE_SECONDS 30

struct socketmap;

/* Starts answering on a listening descriptor, which it takes over. Returns 0,
   or -1 with an error. */
int socketmap_start(const struct milter_service *service, int listen_fd,
		    struct socketmap **socketmap_r, struct error *error);

/* Takes no more connections or requests, and waits until those under way are
   answered, for at most that time. Returns true and frees, or false when some
   were not answered; then the service must stay. */
bool socketmap_stop(struct socketmap **socketmap, unsigned int seconds);

#endif
