/* SPDX-License-Identifier: MIT
 *
 * The fields of a value that sets a password, with a TAB between them: CURRENT,
 * NEW; or CURRENT, LABEL, PASSWORD. A field may be empty, and contains no TAB.
 * The caller wipes what has passwords in it.
 */
#ifndef ALUMNI_PROTOCOL_FIELDS_H
#define ALUMNI_PROTOCOL_FIELDS_H

#include <stddef.h>

/* Fields in one value, at most. */
#define WIRE_FIELDS_MAX 3
/* A value with so many fields of so many bytes each, and NUL. */
#define WIRE_FIELDS_BYTES(longest) (WIRE_FIELDS_MAX * ((longest) + 1))

/* Appends a field to the fields that are there; with field NULL it only copies
   them. Returns 0, or -1 if text_r, which holds size bytes, is too small: then
   it holds the beginning. */
int wire_fields_format(const char *fields, const char *field, char *text_r,
		       size_t size);

/* Cuts the text, in place, into exactly so many fields, at most
   WIRE_FIELDS_MAX. Returns 0, or -1 if there are more or fewer: then the text
   may be cut as well, and the fields are not to be used. */
int wire_fields_parse(char *text, const char *fields_r[WIRE_FIELDS_MAX],
		      size_t count);

#endif
