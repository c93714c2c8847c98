/* SPDX-License-Identifier: MIT
 *
 * Netstrings; see milter/maps/netstring.h.
 */
#include "milter/maps/netstring.h"

#include <stdio.h>
#include <string.h>

enum netstring_result netstring_parse(const char *buffer, size_t used,
				      size_t limit, const char **data_r,
				      size_t *length_r, size_t *consumed_r)
{
	size_t length = 0;
	size_t i;

	for (i = 0; i < used && buffer[i] >= '0' && buffer[i] <= '9'; i++) {
		/* "0:," is the only one that may begin with 0. */
		if (i > 0 && length == 0)
			return NETSTRING_MALFORMED;
		length = 10 * length + (size_t)(buffer[i] - '0');
		/* Also keeps the sum from ever overflowing. */
		if (length > limit)
			return NETSTRING_MALFORMED;
	}
	if (i == used)
		return NETSTRING_INCOMPLETE;
	if (i == 0 || buffer[i] != ':')
		return NETSTRING_MALFORMED;
	i++;
	if (used - i <= length)
		return NETSTRING_INCOMPLETE;
	if (buffer[i + length] != ',')
		return NETSTRING_MALFORMED;
	*data_r = buffer + i;
	*length_r = length;
	*consumed_r = i + length + 1;
	return NETSTRING_COMPLETE;
}

size_t netstring_format(const char *text, char *buffer_r, size_t size)
{
	int written;

	written = snprintf(buffer_r, size, "%zu:%s,", strlen(text), text);
	if (written < 0 || (size_t)written >= size)
		return 0;
	return (size_t)written;
}
