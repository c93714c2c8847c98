/* SPDX-License-Identifier: MIT
 *
 * Records and their columns; see lib/database/columns.h.
 */
#include "lib/database/columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/database/driver.h"

static void *field_of(void *record, size_t offset)
{
	return (char *)record + offset;
}

static const void *value_of(const void *record, size_t offset)
{
	return (const char *)record + offset;
}

/* ---- reading ---- */

static int refuse(const struct query *query, const struct column *column,
		  const char *why, struct error *error)
{
	return error_set(error, "%s: %s %s", query->database->name,
			 column->name, why);
}

static int read_text(struct query *query, const struct column *column,
		     int place, char *text_r, struct error *error)
{
	size_t length;
	const char *text = query->database->driver->text(query, place, &length);

	if (text == NULL)
		return refuse(query, column, "is missing", error);
	if (length >= column->size || memchr(text, '\0', length) != NULL)
		return refuse(query, column, "is no valid value", error);
	memcpy(text_r, text, length);
	text_r[length] = '\0';
	if (column->is_valid != NULL && !column->is_valid(text_r))
		return refuse(query, column, "is no valid value", error);
	return 0;
}

static int read_word(struct query *query, const struct column *column,
		     int place, unsigned int *number_r, struct error *error)
{
	size_t length;
	const char *text = query->database->driver->text(query, place, &length);

	for (size_t i = 0; text != NULL && i < column->word_count; i++) {
		if (strcmp(column->words[i], text) == 0) {
			*number_r = (unsigned int)i;
			return 0;
		}
	}
	return error_set(error, "%s: a row has an unknown %s",
			 query->database->name, column->name);
}

static int read_column(struct query *query, const struct column *column,
		       int place, void *record, struct error *error)
{
	const struct database_driver *driver = query->database->driver;
	void *field = field_of(record, column->offset);

	switch (column->type) {
	case COLUMN_TYPE_TEXT:
		return read_text(query, column, place, field, error);
	case COLUMN_TYPE_WORD:
		return read_word(query, column, place, field, error);
	case COLUMN_TYPE_NUMBER:
		*(int64_t *)field = driver->number(query, place);
		break;
	case COLUMN_TYPE_INT:
		*(int *)field = (int)driver->number(query, place);
		break;
	case COLUMN_TYPE_UNSIGNED:
		*(unsigned int *)field =
			(unsigned int)driver->number(query, place);
		break;
	case COLUMN_TYPE_SWITCH:
		*(bool *)field = driver->number(query, place) != 0;
		break;
	case COLUMN_TYPE_OPTIONAL:
		*(bool *)field_of(record, column->has_offset) =
			!driver->is_null(query, place);
		*(int64_t *)field = driver->number(query, place);
		break;
	}
	return 0;
}

int columns_read(struct query *query, void *record_r, struct error *error)
{
	const struct columns *columns = query->statement->columns;

	memset(record_r, 0, columns->record_bytes);
	for (size_t i = 0; i < columns->count; i++) {
		if (read_column(query, &columns->list[i], (int)i, record_r,
				error) < 0)
			return -1;
	}
	return 0;
}

/* ---- writing ---- */

static struct binding bind_column(const struct column *column,
				  const void *record)
{
	const void *value = value_of(record, column->offset);

	switch (column->type) {
	case COLUMN_TYPE_TEXT:
		return bind_text(value);
	case COLUMN_TYPE_WORD:
		return bind_text(column->words[*(const unsigned int *)value]);
	case COLUMN_TYPE_NUMBER:
		return bind_number(*(const int64_t *)value);
	case COLUMN_TYPE_INT:
		return bind_number(*(const int *)value);
	case COLUMN_TYPE_UNSIGNED:
		return bind_number(*(const unsigned int *)value);
	case COLUMN_TYPE_SWITCH:
		return bind_switch(*(const bool *)value);
	case COLUMN_TYPE_OPTIONAL:
		if (*(const bool *)value_of(record, column->has_offset))
			return bind_number(*(const int64_t *)value);
		break;
	}
	return bind_null();
}

void columns_bind(const struct columns *columns, const void *record,
		  struct binding *bindings_r)
{
	for (size_t i = 0; i < columns->count; i++)
		bindings_r[i] = bind_column(&columns->list[i], record);
}

/* ---- records ---- */

static void copy_column(const struct column *column, const void *from, void *to)
{
	memcpy(field_of(to, column->offset), value_of(from, column->offset),
	       column->size);
	if (column->type == COLUMN_TYPE_OPTIONAL)
		memcpy(field_of(to, column->has_offset),
		       value_of(from, column->has_offset), sizeof(bool));
}

void columns_copy(const struct columns *columns, unsigned int flags,
		  const void *from, void *to)
{
	for (size_t i = 0; i < columns->count; i++) {
		if ((columns->list[i].flags & flags) != 0)
			copy_column(&columns->list[i], from, to);
	}
}

bool column_is_equal(const struct column *column, const void *one,
		     const void *other)
{
	const struct binding a = bind_column(column, one);
	const struct binding b = bind_column(column, other);

	if (a.kind != b.kind)
		return false;
	return a.kind == BINDING_TEXT ? strcmp(a.text, b.text) == 0
				      : a.number == b.number;
}

/* ---- SQL ---- */

static void put_names(FILE *stream, const struct columns *columns)
{
	for (size_t i = 0; i < columns->count; i++)
		(void)fprintf(stream, "%s%s", i == 0 ? "" : ", ",
			      columns->list[i].name);
}

static void put_values(FILE *stream, const struct columns *columns)
{
	for (size_t i = 0; i < columns->count; i++)
		(void)fprintf(stream, "%s$%zu", i == 0 ? "" : ", ", i + 1);
}

static void put_expanded(FILE *stream, const struct columns *columns,
			 const char *sql)
{
	static const struct {
		const char *word;
		void (*put)(FILE *stream, const struct columns *columns);
	} places[] = {{"{columns}", put_names}, {"{values}", put_values}};

	while (*sql != '\0') {
		size_t length = strcspn(sql, "{");

		(void)fwrite(sql, 1, length, stream);
		sql += length;
		for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
			length = strlen(places[i].word);
			if (strncmp(sql, places[i].word, length) == 0) {
				places[i].put(stream, columns);
				sql += length;
			}
		}
	}
}

char *columns_expand(const struct columns *columns, const char *sql)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	bool failed;

	if (stream == NULL)
		return NULL;
	put_expanded(stream, columns, sql);
	failed = ferror(stream) != 0;
	if (fclose(stream) != 0 || failed) {
		free(text);
		return NULL;
	}
	return text;
}
