/* SPDX-License-Identifier: MIT
 *
 * A clock that nobody sets, for deadlines and for how long something took. It
 * is the same clock for all processes of a host.
 */
#ifndef ALUMNI_BASE_CLOCK_H
#define ALUMNI_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds since some moment before the host's start. */
int64_t clock_msecs(void);

/* The moment `msecs` from now, for pthread_cond_timedwait() on a condition of
   thread_condition_init(). */
struct timespec clock_deadline(int64_t msecs);

#endif
