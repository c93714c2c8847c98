/* SPDX-License-Identifier: MIT
 *
 * Files for import, CSV or JSON lines, as an administrator got them from
 * somewhere. What was taken is written as an export would, and must be read
 * back as the same.
 */
#include "ctl/records/reader.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/records-configuration.h"

#define COLUMNS_MAX 64

/* The texts of a record, column by column. */
static char *texts_of(const struct record *record, const char *const *known)
{
	char *all = calloc(COLUMNS_MAX, RECORD_TEXT_BYTES);

	fuzz_claim(all != NULL);
	for (size_t i = 0; record_columns[i].name != NULL; i++) {
		fuzz_claim(i < COLUMNS_MAX);
		record_columns[i].write(record, all + i * RECORD_TEXT_BYTES);
		fuzz_claim(strlen(all + i * RECORD_TEXT_BYTES) <
			   RECORD_TEXT_BYTES);
		if (known != NULL)
			fuzz_claim(strcmp(all + i * RECORD_TEXT_BYTES,
					  known[i]) == 0);
	}
	return all;
}

/* As CSV, through the reader again. */
static void read_back(const struct record *record)
{
	char *texts = texts_of(record, NULL), *file = NULL;
	const char *known[COLUMNS_MAX];
	struct record again;
	struct record_reader reader = {
		.format = RECORD_FORMAT_CSV,
		.configuration = records_configuration(),
		.takes_hashes = true,
	};
	struct error error = {""};
	size_t size = 0;

	reader.stream = open_memstream(&file, &size);
	fuzz_claim(reader.stream != NULL);
	for (size_t i = 0; record_columns[i].name != NULL; i++)
		csv_write(reader.stream, record_columns[i].name, i == 0);
	fputc('\n', reader.stream);
	for (size_t i = 0; record_columns[i].name != NULL; i++) {
		known[i] = texts + i * RECORD_TEXT_BYTES;
		csv_write(reader.stream, known[i], i == 0);
	}
	fputc('\n', reader.stream);
	fclose(reader.stream);

	reader.stream = fmemopen(file, size, "r");
	fuzz_claim(reader.stream != NULL);
	fuzz_claim(record_reader_begin(&reader, &error) == 0);
	if (record_reader_next(&reader, &again, &error) != 1) {
		fprintf(stderr, "%s\n%s\n", error.text, file);
		fuzz_claim(false);
	}
	free(texts_of(&again, known));
	fuzz_claim(record_reader_next(&reader, &again, &error) == 0);
	record_reader_end(&reader);
	fclose(reader.stream);
	free(file);
	free(texts);
}

static void try_file(FILE *stream, enum record_format format, size_t size)
{
	struct record_reader reader = {
		.stream = stream,
		.format = format,
		.configuration = records_configuration(),
		.takes_hashes = true,
	};
	struct error error = {""};
	struct record record;
	size_t calls = 0;
	int result;

	if (record_reader_begin(&reader, &error) < 0) {
		fuzz_claim(error.text[0] != '\0');
		record_reader_end(&reader);
		return;
	}
	do {
		error.text[0] = '\0';
		result = record_reader_next(&reader, &record, &error);
		fuzz_claim((result < 0) == (error.text[0] != '\0'));
		if (result > 0) {
			fuzz_claim(record.account.name[0] != '\0');
			read_back(&record);
		}
		/* Each takes at least a line. */
		fuzz_claim(calls++ <= size);
	} while (result != 0);
	record_reader_end(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The first octet says the format. */
	enum record_format format = size > 0 && data[0] == '{'
					    ? RECORD_FORMAT_JSON
					    : RECORD_FORMAT_CSV;
	FILE *stream;

	if (size == 0)
		return 0;
	stream = fmemopen((void *)data, size, "r");
	fuzz_claim(stream != NULL);
	try_file(stream, format, size);
	fclose(stream);
	return 0;
}
