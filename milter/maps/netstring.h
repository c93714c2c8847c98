/* SPDX-License-Identifier: MIT
 *
 * Netstrings, "5:hello,", which carry the requests and replies of Postfix's
 * socketmap protocol; see https://cr.yp.to/proto/netstrings.txt.
 */
#ifndef ALUMNI_MILTER_MAPS_NETSTRING_H
#define ALUMNI_MILTER_MAPS_NETSTRING_H

#include <stddef.h>

/* Octets around the data at most: ten digits, colon and comma. */
#define NETSTRING_OVERHEAD 12

enum netstring_result {
	NETSTRING_MALFORMED = -1, /* no netstring, or longer than the limit */
	NETSTRING_INCOMPLETE = 0, /* so far so good */
	NETSTRING_COMPLETE = 1,
};

/* Looks for one netstring at the beginning of the octets read so far. Its data
   must not be longer than limit; that is known from the length alone, before
   the data came. When complete, data_r points into buffer, length_r is the
   length of the data and consumed_r that of the whole netstring. */
enum netstring_result netstring_parse(const char *buffer, size_t used,
				      size_t limit, const char **data_r,
				      size_t *length_r, size_t *consumed_r);

/* Writes text as a netstring. Returns its length, or 0 if it does not fit. */
size_t netstring_format(const char *text, char *buffer_r, size_t size);

#endif
