/* SPDX-License-Identifier: MIT
 *
 * A file of records that a test reads; the one reader that it has.
 */
#ifndef ALUMNI_TESTS_UNIT_CTL_RECORDS_FIXTURE_H
#define ALUMNI_TESTS_UNIT_CTL_RECORDS_FIXTURE_H

#include "ctl/records/reader.h"

#define HASH "{SSHA512}aaaa"
#define ID   "0123456789abcdef0123456789abcdef"

extern struct record_reader reader;
extern struct record record;
extern char text[RECORD_TEXT_BYTES];

/* Puts a file of this content before the reader, which takes hashes; it is
   JSON when it begins with a brace. */
void records_begin(const char *file, size_t length);
/* Ends the reader, which must have freed what it had. */
void records_end(void);

/* The column of that name; fails the test when there is none. */
const struct record_column *records_column(const char *name);

#endif
