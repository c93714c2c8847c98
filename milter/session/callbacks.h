/* SPDX-License-Identifier: MIT
 *
 * The milter: how libmilter's callbacks drive a session.
 */
#ifndef ALUMNI_MILTER_SESSION_CALLBACKS_H
#define ALUMNI_MILTER_SESSION_CALLBACKS_H

#include "lib/base/error.h"
#include "milter/service/service.h"

/* Mail of further connections is deferred, so that memory and descriptors are
   bounded. */
#define CALLBACKS_CONNECTIONS_MAX 1000

/* Tells libmilter about us and about its socket, which is created and listens
   afterwards; smfi_main() may then be called. libmilter has no place for a
   context of its users, so this is for one service in a process. Returns 0, or
   -1 with an error. */
int callbacks_listen(const struct milter_service *service, const char *path,
		     struct error *error);

#endif
