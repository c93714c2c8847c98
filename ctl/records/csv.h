/* SPDX-License-Identifier: MIT
 *
 * Comma-separated values (RFC 4180), one record at a time, so that memory
 * stays the same however long a file is.
 */
#ifndef ALUMNI_CTL_RECORDS_CSV_H
#define ALUMNI_CTL_RECORDS_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lib/base/error.h"

#define CSV_FIELDS_MAX       64
#define CSV_RECORD_BYTES_MAX (256 * 1024)

struct csv_reader {
	FILE *stream; /* the caller's */
	size_t line;  /* at which the record begins; the first is 1 */
	size_t next_line;
	char *fields[CSV_FIELDS_MAX];
	size_t count;
	char *record; /* in which the fields lie */
	size_t size;
};

/* Begins at the stream's present place, which is line 1. */
void csv_begin(struct csv_reader *reader, FILE *stream);
/* Frees what the reader holds; the stream stays open. */
void csv_end(struct csv_reader *reader);

/* Reads a record into fields, which are good until the next call. Empty lines
   are passed over. Returns 1 read, 0 the end, -1 the record is malformed: then
   the next call goes on with the line after it. */
int csv_read(struct csv_reader *reader, struct error *error);

/* Writes a field, in quotes where it needs them. A comma goes before every
   field but the first of a line. */
void csv_write(FILE *stream, const char *text, bool is_first);

#endif
