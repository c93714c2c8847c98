/* SPDX-License-Identifier: MIT
 *
 * When messages in Trash are due for expiry. Times are Unix seconds, spans
 * are seconds; a retention of 0 keeps for ever.
 */
#ifndef ALUMNI_MAIL_RETENTION_H
#define ALUMNI_MAIL_RETENTION_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/error.h"

/* Messages saved at this time or before it are due. Returns 0, before any
   message, when retention is 0 or longer than time itself. */
int64_t retention_cutoff(int64_t now, int64_t retention);

/* True if a Trash whose oldest message was saved at oldest must be visited.
   oldest 0 = nothing known to be in it. */
bool retention_is_due(int64_t oldest, int64_t now, int64_t retention);

/* Reads a time span: digits and a unit s, m, h, d or w ("7d"), or "never" and
   "0". Returns 0, or -1 with an error. */
int retention_parse(const char *text, int64_t *seconds_r, struct error *error);

#endif
