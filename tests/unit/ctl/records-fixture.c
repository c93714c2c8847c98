/* SPDX-License-Identifier: MIT
 *
 * A file of records that a test reads; see tests/unit/ctl/records-fixture.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fuzz/records-configuration.h"
#include "tests/unit/ctl/records-fixture.h"

struct record_reader reader;
struct record record;
char text[RECORD_TEXT_BYTES];

void records_begin(const char *file, size_t length)
{
	reader = (struct record_reader){
		.stream = tmpfile(),
		.format =
			file[0] == '{' ? RECORD_FORMAT_JSON : RECORD_FORMAT_CSV,
		.configuration = records_configuration(),
		.takes_hashes = true,
	};
	assert_non_null(reader.stream);
	assert_int_equal(fwrite(file, 1, length, reader.stream), length);
}

void records_end(void)
{
	record_reader_end(&reader);
	assert_null(reader.json);
	assert_null(reader.csv.record);
	fclose(reader.stream);
}

const struct record_column *records_column(const char *name)
{
	const struct record_column *column = record_column_find(name);

	if (column == NULL)
		fail_msg("there is no column %s", name);
	return column;
}
