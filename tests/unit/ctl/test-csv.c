/* SPDX-License-Identifier: MIT
 *
 * Comma-separated values: what is read, on which line, and what is written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/records/csv.h"

#define RECORDS_MAX 4

/* A record as "a|b|c"; NULL = the end. */
struct expected {
	const char *fields;
	size_t line;
	const char *error; /* instead of fields */
};

struct csv_case {
	const char *name;
	const char *text;
	size_t length; /* 0 = up to the NUL */
	struct expected records[RECORDS_MAX];
};

static const struct csv_case cases[] = {
	{.name = "nothing", .text = ""},
	{.name = "empty lines alone", .text = "\n\r\n\n"},
	{.name = "one record",
	 .text = "a,b,c\n",
	 .records = {{.fields = "a|b|c", .line = 1}}},
	{.name = "no line end at the end",
	 .text = "a,b\nc,d",
	 .records = {{.fields = "a|b", .line = 1},
		     {.fields = "c|d", .line = 2}}},
	{.name = "CR LF",
	 .text = "a,b\r\nc,d\r\n",
	 .records = {{.fields = "a|b", .line = 1},
		     {.fields = "c|d", .line = 2}}},
	{.name = "a carriage return inside",
	 .text = "a\rb,c\r\r\n",
	 .records = {{.fields = "a\rb|c\r", .line = 1}}},
	{.name = "empty fields",
	 .text = ",\n,,a\n",
	 .records = {{.fields = "|", .line = 1}, {.fields = "||a", .line = 2}}},
	{.name = "empty lines are passed over and counted",
	 .text = "a\n\n\r\nb\n",
	 .records = {{.fields = "a", .line = 1}, {.fields = "b", .line = 4}}},
	{.name = "a byte order mark",
	 .text = "\xef\xbb\xbf"
		 "a,b\nc\n",
	 .records = {{.fields = "a|b", .line = 1}, {.fields = "c", .line = 2}}},
	{.name = "a byte order mark alone",
	 .text = "\xef\xbb\xbf\nb\n",
	 .records = {{.fields = "b", .line = 2}}},
	{.name = "a byte order mark further on is text",
	 .text = "a\n\xef\xbb\xbf"
		 "b\n",
	 .records = {{.fields = "a", .line = 1},
		     {.fields = "\xef\xbb\xbf"
				"b",
		      .line = 2}}},
	{.name = "a byte order mark before a quote",
	 .text = "\xef\xbb\xbf\"a,b\"\n",
	 .records = {{.fields = "a,b", .line = 1}}},
	{.name = "quotes",
	 .text = "\"a,b\",\"c \"\"d\"\"\",\"\"\n",
	 .records = {{.fields = "a,b|c \"d\"|", .line = 1}}},
	{.name = "quotes inside quotes alone",
	 .text = "\"\"\"\"\n",
	 .records = {{.fields = "\"", .line = 1}}},
	{.name = "line ends in quotes are counted",
	 .text = "\"a\nb\r\nc\",d\ne\n",
	 .records = {{.fields = "a\nb\r\nc|d", .line = 1},
		     {.fields = "e", .line = 4}}},
	{.name = "blanks are kept",
	 .text = " a , b\n",
	 .records = {{.fields = " a | b", .line = 1}}},
	{.name = "a quote that is not closed",
	 .text = "a\n\"b\nc\n",
	 .records = {{.fields = "a", .line = 1},
		     {.error = "a quote is not closed", .line = 2}}},
	{.name = "text behind the closing quote",
	 .text = "\"a\"b,c\nd\n",
	 .records = {{.error = "field 1 has a quote", .line = 1},
		     {.fields = "d", .line = 2}}},
	{.name = "a quote in the middle",
	 .text = "a,b\"c\",d\ne\n",
	 .records = {{.error = "field 2 has a quote", .line = 1},
		     {.fields = "e", .line = 2}}},
	{.name = "NUL",
	 .text = "a,b\0c\nd\n",
	 .length = 8,
	 .records = {{.error = "NUL", .line = 1}, {.fields = "d", .line = 2}}},
	{.name = "NUL in front",
	 .text = "\0a\nd\n",
	 .length = 5,
	 .records = {{.error = "NUL", .line = 1}, {.fields = "d", .line = 2}}},
};

static void join(const struct csv_reader *reader, char *text_r, size_t size)
{
	size_t used = 0;

	text_r[0] = '\0';
	for (size_t i = 0; i < reader->count; i++)
		used += (size_t)snprintf(text_r + used, size - used, "%s%s",
					 i == 0 ? "" : "|", reader->fields[i]);
}

static void expect(const struct csv_case *test, struct csv_reader *reader,
		   const struct expected *expected)
{
	struct error error = {""};
	char text[256];
	int result = csv_read(reader, &error);

	if (expected->fields == NULL && expected->error == NULL) {
		if (result != 0)
			fail_msg("%s: no end, but %d", test->name, result);
		return;
	}
	if (reader->line != expected->line)
		fail_msg("%s: line %zu", test->name, reader->line);
	if (expected->error != NULL) {
		if (result != -1 || strstr(error.text, expected->error) == NULL)
			fail_msg("%s: %d \"%s\"", test->name, result,
				 error.text);
		return;
	}
	if (result != 1)
		fail_msg("%s: %s", test->name, error.text);
	join(reader, text, sizeof(text));
	if (strcmp(text, expected->fields) != 0)
		fail_msg("%s: got \"%s\"", test->name, text);
}

static FILE *open_text(const char *text, size_t length)
{
	FILE *stream = tmpfile();

	assert_non_null(stream);
	assert_int_equal(fwrite(text, 1, length, stream), length);
	rewind(stream);
	return stream;
}

static void records_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct csv_case *test = &cases[i];
		size_t length =
			test->length == 0 ? strlen(test->text) : test->length;
		FILE *stream = open_text(test->text, length);
		struct csv_reader reader;
		size_t j = 0;

		csv_begin(&reader, stream);
		do
			expect(test, &reader, &test->records[j]);
		while (test->records[j++].line != 0);
		csv_end(&reader);
		assert_null(reader.record);
		fclose(stream);
	}
}

/* "x,x,...": so many fields on the first line, and "end" on the second. */
static void expect_fields(size_t count, int result)
{
	FILE *stream = tmpfile();
	struct csv_reader reader;
	struct error error = {""};

	for (size_t i = 0; i < count; i++)
		fputs(i == 0 ? "x" : ",x", stream);
	fputs("\nend\n", stream);
	rewind(stream);
	csv_begin(&reader, stream);
	assert_int_equal(csv_read(&reader, &error), result);
	if (result < 0)
		assert_string_equal(error.text,
				    "there are more than 64 fields");
	else
		assert_int_equal(reader.count, count);
	assert_int_equal(csv_read(&reader, &error), 1);
	assert_string_equal(reader.fields[0], "end");
	csv_end(&reader);
	fclose(stream);
}

static void fields_are_bounded(void **state)
{
	(void)state;
	expect_fields(CSV_FIELDS_MAX, 1);
	expect_fields(CSV_FIELDS_MAX + 1, -1);
}

/* A record of so many octets with its line end. */
static void expect_size(size_t octets, int result)
{
	FILE *stream = tmpfile();
	struct csv_reader reader;
	struct error error = {""};

	for (size_t i = 1; i < octets; i++)
		putc('x', stream);
	fputs("\n\nend\n", stream);
	rewind(stream);
	csv_begin(&reader, stream);
	assert_int_equal(csv_read(&reader, &error), result);
	assert_int_equal(reader.line, 1);
	if (result < 0)
		assert_string_equal(error.text,
				    "the record is longer than 262144 bytes");
	else
		assert_int_equal(strlen(reader.fields[0]), octets - 1);
	assert_int_equal(csv_read(&reader, &error), 1);
	assert_int_equal(reader.line, 3);
	assert_string_equal(reader.fields[0], "end");
	csv_end(&reader);
	fclose(stream);
}

static void records_are_bounded(void **state)
{
	(void)state;
	expect_size(5000, 1);
	/* With the NUL behind it. */
	expect_size(CSV_RECORD_BYTES_MAX - 1, 1);
	expect_size(CSV_RECORD_BYTES_MAX, -1);
	expect_size(2 * CSV_RECORD_BYTES_MAX, -1);
}

static void fields_are_quoted_where_they_must_be(void **state)
{
	static const struct {
		const char *text, *written;
	} fields[] = {
		{"", ""},
		{"plain", "plain"},
		{"a b", "a b"},
		{"a;b'", "a;b'"},
		{"a,b", "\"a,b\""},
		{"a\"b", "\"a\"\"b\""},
		{"\"", "\"\"\"\""},
		{"a\nb", "\"a\nb\""},
		{"a\rb", "\"a\rb\""},
		{" a", "\" a\""},
		{"a ", "\"a \""},
		{" ", "\" \""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		char *written = NULL;
		size_t size;
		FILE *stream = open_memstream(&written, &size);
		struct csv_reader reader;

		csv_write(stream, fields[i].text, true);
		csv_write(stream, "next", false);
		csv_write(stream, fields[i].text, false);
		fclose(stream);
		assert_int_equal(strncmp(written, fields[i].written,
					 strlen(fields[i].written)),
				 0);
		assert_int_equal(size, 2 * strlen(fields[i].written) + 6);

		/* And the reader takes it for the same. */
		stream = open_text(written, size);
		csv_begin(&reader, stream);
		assert_int_equal(csv_read(&reader, NULL), 1);
		assert_int_equal(reader.count, 3);
		assert_string_equal(reader.fields[0], fields[i].text);
		assert_string_equal(reader.fields[1], "next");
		assert_string_equal(reader.fields[2], fields[i].text);
		csv_end(&reader);
		fclose(stream);
		free(written);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_read),
		cmocka_unit_test(fields_are_bounded),
		cmocka_unit_test(records_are_bounded),
		cmocka_unit_test(fields_are_quoted_where_they_must_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
