/* SPDX-License-Identifier: MIT
 *
 * The milter: how libmilter's callbacks drive a session.
 */
#ifndef ALUMNI_MILTER_SESSION_CALLBACKS_H
#define ALUMNI_MILTER_SESSION_CALLBACKS_H

#include "lib/base/error.h"
#include "milter/service/service.h"

/* Mail of further connections is deferred, to bound memory and descriptors. */
#define CALLBACKS_CONNECTIONS_MAX 1000

/* Registers the callbacks with libmilter, and creates its socket, which then
   listens. After that, smfi_main() may be called. libmilter stores no context
   for its users, so a process can have only one service. Returns 0, or -1 with
   an error. */
int callbacks_listen(const struct milter_service *service, const char *path,
		     struct error *error);

#endif
