/* SPDX-License-Identifier: MIT
 *
 * A count of what is under way, so that the daemon can end when it has reached
 * zero.
 */
#ifndef ALUMNI_MILTER_SERVICE_UNDER_WAY_H
#define ALUMNI_MILTER_SERVICE_UNDER_WAY_H

#include <stdbool.h>

struct under_way;

/* Makes a count of zero, to be freed. Returns NULL when out of memory. */
struct under_way *under_way_new(void);
/* Frees; sets the pointer to NULL. Nobody may use the count any more. */
void under_way_free(struct under_way **under_way);

/* Counts one more. Returns false, and counts nothing, once the count is
   closed. */
bool under_way_begin(struct under_way *under_way);
/* Counts one less. */
void under_way_end(struct under_way *under_way);

/* From now on nothing begins any more. */
void under_way_close(struct under_way *under_way);
/* Waits until nothing is under way. Returns false if something still was when
   the time was over. */
bool under_way_wait(struct under_way *under_way, unsigned int seconds);

#endif
