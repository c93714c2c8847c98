/* SPDX-License-Identifier: MIT
 *
 * Quota arithmetic: whether a message still fits, and how full a mailbox is.
 * All sizes are bytes in int64_t; 0 as a limit means unlimited.
 */
#ifndef ALUMNI_MAIL_QUOTA_H
#define ALUMNI_MAIL_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

/* True if a message of size bytes still fits: usage + size <= limit + grace.
   No sum overflows; a negative usage counts as 0, a negative size as 0. */
bool mail_quota_fits(int64_t usage, int64_t size, int64_t limit, int64_t grace);

/* How full a mailbox is: 0, or the highest of these levels that it reaches.
   Hardly any message fits in what is left at 99 %, so that counts as full. */
enum mail_quota_level {
	MAIL_QUOTA_LEVEL_NONE = 0,
	MAIL_QUOTA_LEVEL_WARNING = 80,
	MAIL_QUOTA_LEVEL_URGENT = 95,
	MAIL_QUOTA_LEVEL_FULL = 99,
};

/* The level that the owner knows of after the last warning was about level
   warned: the present one if it is higher, otherwise warned until the usage is
   five hundredths of the limit below it. So a mailbox that goes up and down a
   little makes one warning, not many. limit 0 = no level is ever reached. */
enum mail_quota_level mail_quota_level(int64_t usage, int64_t limit,
				       enum mail_quota_level warned);

/* Reads a size: digits and an optional unit B, K, M, G or T (powers of 1024,
   any case, an optional "B" or "iB" after it), or "unlimited" and "0" for no
   limit. Returns 0, or -1 with an error. */
int mail_quota_parse(const char *text, int64_t *bytes_r, struct error *error);

/* Writes a size as people read it, at most two decimals: "1.5 GB". */
void mail_quota_format(int64_t bytes, char *text_r, size_t size);

#endif
