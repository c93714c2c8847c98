/* SPDX-License-Identifier: MIT
 *
 * The signals that the daemon listens to: SIGTERM and SIGINT end it, SIGUSR1
 * reads the configuration anew, SIGHUP is told in the log. One thread waits for
 * them; no other ever gets one, libmilter's included.
 */
#ifndef ALUMNI_MILTER_DAEMON_SIGNALS_H
#define ALUMNI_MILTER_DAEMON_SIGNALS_H

#include <time.h>

/* Holds the signals back until signals_wait() takes them. To be called before
   the first thread and the first socket: a signal that comes during the start
   is then obeyed as soon as the daemon runs, and ends it in order. */
void signals_hold(void);

/* Waits for a signal, for at most that time; for ever if time_limit is NULL.
   Returns the signal's number, or -1 if none came. */
int signals_wait(const struct timespec *time_limit);

#endif
