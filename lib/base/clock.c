/* SPDX-License-Identifier: MIT
 *
 * The monotonic clock; see lib/base/clock.h.
 */
#include "lib/base/clock.h"

int64_t clock_msecs(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct timespec clock_deadline(int64_t msecs)
{
	struct timespec deadline;

	(void)clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += (time_t)(msecs / 1000);
	deadline.tv_nsec += (long)(msecs % 1000) * 1000000;
	if (deadline.tv_nsec >= 1000000000) {
		deadline.tv_sec++;
		deadline.tv_nsec -= 1000000000;
	}
	return deadline;
}
