/* SPDX-License-Identifier: MIT
 *
 * Reads records; see ctl/records/reader.h.
 */
#include "ctl/records/reader.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#define JSON_DEPTH 8

/* Puts the column's name in front of the error. */
static int column_read(struct record *record,
		       const struct record_column *column, const char *text,
		       const struct record_reader *reader, struct error *error)
{
	if (text[0] == '\0')
		return 0;
	if (column->read(record, text, reader->configuration, error) < 0)
		return error_prefix(error, "%s", column->name);
	return 0;
}

/* The column of that name, unless it may not be read. */
static const struct record_column *
find_column(const struct record_reader *reader, const char *name,
	    struct error *error)
{
	const struct record_column *column = record_column_find(name);

	if (column == NULL) {
		(void)error_set(error, "there is no column \"%.64s\"%s", name,
				strcmp(name, "password") == 0
					? ": passwords in the clear are not "
					  "taken, see password_hash"
					: "");
		return NULL;
	}
	if (column->is_secret && !reader->takes_hashes) {
		(void)error_set(
			error, "\"%s\" is only taken with --with-hashes", name);
		return NULL;
	}
	return column;
}

/* ---- CSV ---- */

static int read_head(struct record_reader *reader, struct error *error)
{
	int result = csv_read(&reader->csv, error);

	if (result == 0)
		return error_set(error, "there is no line with the names of "
					"the columns");
	if (result < 0)
		return -1;
	for (size_t i = 0; i < reader->csv.count; i++) {
		const struct record_column *column =
			find_column(reader, reader->csv.fields[i], error);

		if (column == NULL)
			return -1;
		for (size_t j = 0; j < i; j++) {
			if (reader->columns[j] == column)
				return error_set(error,
						 "column %s is there twice",
						 column->name);
		}
		reader->columns[i] = column;
	}
	reader->column_count = reader->csv.count;
	return 0;
}

static int read_fields(struct record_reader *reader, struct record *record_r,
		       struct error *error)
{
	if (reader->csv.count != reader->column_count)
		return error_set(error, "there are %zu fields for %zu columns",
				 reader->csv.count, reader->column_count);
	for (size_t i = 0; i < reader->csv.count; i++) {
		if (column_read(record_r, reader->columns[i],
				reader->csv.fields[i], reader, error) < 0)
			return -1;
	}
	return 0;
}

static int next_csv(struct record_reader *reader, struct record *record_r,
		    struct error *error)
{
	int result = csv_read(&reader->csv, error);

	reader->line = reader->csv.line;
	if (result > 0 && read_fields(reader, record_r, error) < 0)
		result = -1;
	return result;
}

/* ---- JSON ---- */

/* An array of words as one text. */
static int join_words(struct json_object *array, char *text_r,
		      struct error *error)
{
	size_t used = 0;

	text_r[0] = '\0';
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		struct json_object *word = json_object_array_get_idx(array, i);
		const char *text = json_object_is_type(word, json_type_string)
					   ? json_object_get_string(word)
					   : "";

		if (text[0] == '\0' || strchr(text, ' ') != NULL ||
		    used + strlen(text) + 2 > RECORD_TEXT_BYTES)
			return error_set(error, "it must be an array of words");
		used += (size_t)snprintf(text_r + used,
					 RECORD_TEXT_BYTES - used, "%s%s",
					 used == 0 ? "" : " ", text);
	}
	return 0;
}

/* A value as it would stand in CSV. */
static int value_text(const struct record_column *column,
		      struct json_object *value, char *text_r,
		      struct error *error)
{
	const char *text;

	switch (json_object_get_type(value)) {
	case json_type_null:
		text = "";
		break;
	case json_type_boolean:
		text = json_object_get_boolean(value) ? "yes" : "no";
		break;
	case json_type_array:
		if (column->type == RECORD_WORDS)
			return join_words(value, text_r, error);
		text = json_object_to_json_string(value);
		break;
	case json_type_string:
		/* A NUL in it would cut it short. */
		if (strlen(json_object_get_string(value)) !=
		    (size_t)json_object_get_string_len(value))
			return error_set(error, "there is a NUL character");
		text = json_object_get_string(value);
		break;
	default:
		text = json_object_to_json_string(value);
		break;
	}
	if (strlen(text) >= RECORD_TEXT_BYTES)
		return error_set(error, "it is too long");
	snprintf(text_r, RECORD_TEXT_BYTES, "%s", text);
	return 0;
}

static int read_object(struct record_reader *reader, struct json_object *object,
		       struct record *record_r, struct error *error)
{
	char text[RECORD_TEXT_BYTES];

	json_object_object_foreach(object, key, value)
	{
		const struct record_column *column =
			find_column(reader, key, error);

		if (column == NULL)
			return -1;
		if (value_text(column, value, text, error) < 0)
			return error_prefix(error, "%s", key);
		if (column_read(record_r, column, text, reader, error) < 0)
			return -1;
	}
	return 0;
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t")] == '\0';
}

static int read_json(struct record_reader *reader, size_t length,
		     struct record *record_r, struct error *error)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH);
	struct json_object *object = NULL;
	int result;

	if (tokener == NULL)
		return error_set(error, "out of memory");
	/* Not JSON_TOKENER_STRICT: json-c 0.18 then takes every octet above 127
	   for a control character. */
	json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8);
	if (length < CSV_RECORD_BYTES_MAX)
		object = json_tokener_parse_ex(tokener, reader->json,
					       (int)length + 1);
	if (json_object_is_type(object, json_type_object) &&
	    strlen(reader->json) == length &&
	    is_blank(reader->json + json_tokener_get_parse_end(tokener)))
		result = read_object(reader, object, record_r, error);
	else
		result = error_set(error, "it is no JSON object");
	json_object_put(object);
	json_tokener_free(tokener);
	return result;
}

static int next_json(struct record_reader *reader, struct record *record_r,
		     struct error *error)
{
	ssize_t length;

	do {
		length = getline(&reader->json, &reader->json_size,
				 reader->stream);
		if (length < 0)
			return 0;
		reader->line++;
		while (length > 0 &&
		       strchr("\r\n", reader->json[length - 1]) != NULL)
			reader->json[--length] = '\0';
	} while (length == 0);
	return read_json(reader, (size_t)length, record_r, error) < 0 ? -1 : 1;
}

/* ---- */

int record_reader_begin(struct record_reader *reader, struct error *error)
{
	rewind(reader->stream);
	csv_end(&reader->csv);
	csv_begin(&reader->csv, reader->stream);
	reader->line = 0;
	return reader->format == RECORD_FORMAT_CSV ? read_head(reader, error)
						   : 0;
}

void record_reader_end(struct record_reader *reader)
{
	csv_end(&reader->csv);
	free(reader->json);
	reader->json = NULL;
}

int record_reader_next(struct record_reader *reader, struct record *record_r,
		       struct error *error)
{
	int result;

	record_begin(record_r, reader->configuration);
	if (reader->format == RECORD_FORMAT_CSV)
		result = next_csv(reader, record_r, error);
	else
		result = next_json(reader, record_r, error);
	if (result == 0 && ferror(reader->stream))
		return error_set(error, "it cannot be read");
	if (result > 0 && record_check(record_r, error) < 0)
		return -1;
	return result;
}
