/* SPDX-License-Identifier: MIT
 *
 * When messages in Trash are due for expiry. Times are Unix seconds, spans
 * are seconds; a retention of 0 keeps for ever.
 */
#ifndef ALUMNI_RETENTION_H
#define ALUMNI_RETENTION_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/account.h"
#include "lib/configuration.h"

/* The retention in force for the account: its own, else that of its class (the
   default class where the configuration does not name it). Seconds, 0 = for
   ever. */
int64_t retention_of(const struct account *account,
		     const struct configuration *configuration);

/* Messages saved at this time or before it are due. Returns 0, before any
   message, when retention is 0 or longer than time itself. */
int64_t retention_cutoff(int64_t now, int64_t retention);

/* True if a Trash whose oldest message was saved at oldest must be visited.
   oldest 0 = nothing known to be in it. */
bool retention_is_due(int64_t oldest, int64_t now, int64_t retention);

/* The shortest retention of any class that is not 0, so that one query can
   leave out the accounts without a retention of their own for which nothing
   can be due. 0 = of those, nothing ever expires. */
int64_t retention_shortest(const struct configuration *configuration);

/* Reads a time span: digits and a unit s, m, h, d or w ("7d"), or "never" and
   "0". Returns 0, or -1 with an error. */
int retention_parse(const char *text, int64_t *seconds_r, struct error *error);

#endif
