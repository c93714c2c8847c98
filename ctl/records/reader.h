/* SPDX-License-Identifier: MIT
 *
 * Reads records, from CSV with the names of the columns in its first line, or
 * from JSON lines; one at a time, so that memory stays the same however many
 * there are.
 */
#ifndef ALUMNI_CTL_RECORDS_READER_H
#define ALUMNI_CTL_RECORDS_READER_H

#include <stdio.h>

#include "ctl/records/csv.h"
#include "ctl/records/record.h"

enum record_format { RECORD_FORMAT_CSV, RECORD_FORMAT_JSON };

struct record_reader {
	FILE *stream; /* the caller's; can be rewound */
	enum record_format format;
	const struct configuration *configuration;
	bool takes_hashes;
	size_t line; /* at which the last record begins */
	struct csv_reader csv;
	/* Of the fields, in order. */
	const struct record_column *columns[CSV_FIELDS_MAX];
	size_t column_count;
	char *json; /* a line */
	size_t json_size;
};

/* Starts at the beginning of the stream, for the first time or again, and reads
   the names of the columns. Returns 0, or -1 with an error when a name is
   unknown, is there twice, or may not be read. */
int record_reader_begin(struct record_reader *reader, struct error *error);
/* Frees what the reader holds; the stream stays open. */
void record_reader_end(struct record_reader *reader);

/* Reads the next record. Returns 1 read, 0 at the end, -1 with an error when
   this record is wrong; the next call goes on after it. */
int record_reader_next(struct record_reader *reader, struct record *record_r,
		       struct error *error);

#endif
