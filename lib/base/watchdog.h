/* SPDX-License-Identifier: MIT
 *
 * Ends blocking calls on a connection at a deadline, for libraries whose own
 * time-outs do not bound everything they do. libldap 2.5 waits for ever for
 * the second half of a message, and in a TLS handshake with a silent peer;
 * shutdown() of the connection from another thread ends both.
 *
 * One watchdog serves one thread, and guards one connection at a time.
 */
#ifndef ALUMNI_BASE_WATCHDOG_H
#define ALUMNI_BASE_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/error.h"

struct watchdog;

/* Starts the watchdog's thread, in which all signals are blocked. Does not
   survive fork(). Returns 0, or -1 with an error. */
int watchdog_new(struct watchdog **watchdog_r, struct error *error);
/* Ends the thread; sets the pointer to NULL. NULL is allowed. */
void watchdog_free(struct watchdog **watchdog);

/* Guards the connection until watchdog_leave(). The descriptor must stay open
   until then. deadline is on the clock of clock_msecs(). */
void watchdog_guard(struct watchdog *watchdog, int fd, int64_t deadline_msecs);

/* Returns true if the connection was shut down meanwhile. */
bool watchdog_leave(struct watchdog *watchdog);

#endif
