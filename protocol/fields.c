/* SPDX-License-Identifier: MIT
 *
 * Fields between TABs; see fields.h.
 */
#include "protocol/fields.h"

#include <stdio.h>
#include <string.h>

int wire_fields_format(const char *fields, const char *field, char *text_r,
		       size_t size)
{
	int length =
		snprintf(text_r, size, "%s%s%s", fields,
			 field == NULL ? "" : "\t", field == NULL ? "" : field);

	return length >= 0 && (size_t)length < size ? 0 : -1;
}

int wire_fields_parse(char *text, const char *fields_r[WIRE_FIELDS_MAX],
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *end = strchr(text, '\t');

		fields_r[i] = text;
		if ((end == NULL) != (i + 1 == count))
			return -1;
		if (end != NULL) {
			*end = '\0';
			text = end + 1;
		}
	}
	return 0;
}
