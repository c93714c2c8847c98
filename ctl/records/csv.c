/* SPDX-License-Identifier: MIT
 *
 * Comma-separated values; see ctl/records/csv.h. A field may stand in quotes,
 * and hold commas, line ends and doubled quotes then. Lines may end in CR LF or
 * LF.
 */
#include "ctl/records/csv.h"

#include <stdlib.h>
#include <string.h>

/* Spreadsheets put the byte order mark of UTF-8 in front. */
static const char byte_order_mark[] = "\xef\xbb\xbf";

void csv_begin(struct csv_reader *reader, FILE *stream)
{
	*reader = (struct csv_reader){
		.stream = stream, .line = 1, .next_line = 1};
}

void csv_end(struct csv_reader *reader)
{
	free(reader->record);
	*reader = (struct csv_reader){0};
}

/* Makes room for another byte and the NUL. Returns 0 or -1. */
static int make_room(struct csv_reader *reader, size_t used,
		     struct error *error)
{
	size_t size = reader->size == 0 ? 4096 : 2 * reader->size;
	char *larger;

	if (used + 2 <= reader->size)
		return 0;
	if (size > CSV_RECORD_BYTES_MAX)
		return error_set(error, "the record is longer than %d bytes",
				 CSV_RECORD_BYTES_MAX);
	larger = realloc(reader->record, size);
	if (larger == NULL)
		return error_set(error, "out of memory");
	reader->record = larger;
	reader->size = size;
	return 0;
}

/* Passes over what is left of the line, so that the next can be read. */
static int give_up(struct csv_reader *reader, int character)
{
	while (character != EOF && character != '\n')
		character = getc_unlocked(reader->stream);
	reader->next_line++;
	return -1;
}

/* Reads the bytes up to the end of the record, line ends in quotes included,
   and a NUL. Returns their number, 0 at the end of the stream, or -1. */
static ssize_t read_raw(struct csv_reader *reader, struct error *error)
{
	bool quoted = false;
	size_t used = 0;
	int character;

	reader->line = reader->next_line;
	while ((character = getc_unlocked(reader->stream)) != EOF) {
		if (make_room(reader, used, error) < 0)
			return give_up(reader, character);
		reader->record[used++] = (char)character;
		quoted ^= character == '"';
		if (character != '\n')
			continue;
		reader->next_line++;
		if (!quoted)
			break;
	}
	if (used > 0)
		reader->record[used] = '\0';
	if (quoted)
		return error_set(error, "a quote is not closed");
	if (used > 0 && strlen(reader->record) != used)
		return error_set(error, "there is a NUL character");
	return (ssize_t)used;
}

/* Takes the quotes off a field that begins with one. Returns what follows the
   closing one. */
static char *unquote(char *field)
{
	char *to = field;
	char *from = field + 1;

	for (; *from != '\0'; from++) {
		if (*from == '"' && *++from != '"')
			break;
		*to++ = *from;
	}
	if (from > to)
		*to = '\0';
	return from;
}

static int split(struct csv_reader *reader, char *rest, struct error *error)
{
	reader->count = 0;
	for (;;) {
		char *field = rest;
		char end;

		if (reader->count == CSV_FIELDS_MAX)
			return error_set(error, "there are more than %d fields",
					 CSV_FIELDS_MAX);
		reader->fields[reader->count++] = field;
		rest = *field == '"' ? unquote(field)
				     : field + strcspn(field, ",\"");
		end = *rest;
		if (end != '\0' && end != ',')
			return error_set(error,
					 "field %zu has a quote in the wrong "
					 "place",
					 reader->count);
		*rest++ = '\0';
		if (end == '\0')
			return 1;
	}
}

int csv_read(struct csv_reader *reader, struct error *error)
{
	char *start;

	do {
		bool is_first = reader->next_line == 1;
		ssize_t length = read_raw(reader, error);

		if (length <= 0)
			return (int)length;
		start = reader->record;
		if (is_first && strncmp(start, byte_order_mark,
					strlen(byte_order_mark)) == 0)
			start += strlen(byte_order_mark);
		length = (ssize_t)strlen(start);
		if (length > 0 && start[length - 1] == '\n')
			start[--length] = '\0';
		if (length > 0 && start[length - 1] == '\r')
			start[--length] = '\0';
	} while (*start == '\0');
	return split(reader, start, error);
}

void csv_write(FILE *stream, const char *text, bool is_first)
{
	size_t length = strlen(text);

	if (!is_first)
		putc(',', stream);
	if (text[strcspn(text, "\",\r\n")] == '\0' &&
	    (length == 0 || (text[0] != ' ' && text[length - 1] != ' '))) {
		fputs(text, stream);
		return;
	}
	putc('"', stream);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putc('"', stream);
		putc(*text, stream);
	}
	putc('"', stream);
}
