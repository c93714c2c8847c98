/* SPDX-License-Identifier: MIT
 *
 * The columns of a table and the fields of a struct that they are kept in: one
 * row of a list for each column. Rows are read, lists of columns are written
 * and new rows are bound by this list alone, so nobody counts columns.
 */
#ifndef ALUMNI_DATABASE_COLUMNS_H
#define ALUMNI_DATABASE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum column_type {
	COLUMN_TYPE_TEXT,     /* char[]; longer values are failures */
	COLUMN_TYPE_NUMBER,   /* int64_t */
	COLUMN_TYPE_INT,      /* int */
	COLUMN_TYPE_UNSIGNED, /* unsigned int */
	COLUMN_TYPE_SWITCH,   /* bool */
	COLUMN_TYPE_OPTIONAL, /* int64_t, and a bool that is false for NULL */
	COLUMN_TYPE_WORD,     /* unsigned int or enum; a word in the table */
};

struct column {
	const char *name; /* in the table */
	enum column_type type;
	/* What the owner of the list says of the column. */
	unsigned int flags;
	size_t offset; /* of the field */
	size_t size;   /* of the field, in bytes */
	/* Of COLUMN_TYPE_OPTIONAL: the bool's. */
	size_t has_offset;
	/* Of COLUMN_TYPE_WORD: the words for 0, 1, ... and their number. */
	const char *const *words;
	size_t word_count;
	/* A text that is refused here cannot be read; NULL = any may. */
	bool (*is_valid)(const char *text);
};

struct columns {
	const struct column *list;
	size_t count;
	size_t record_bytes; /* of the struct */
};

#define COLUMN_FIELD(record, field)                                            \
	.offset = offsetof(record, field), .size = sizeof(((record *)0)->field)

/* One column; its type follows from the field's. */
#define COLUMN(record, name_, field, ...)                                        \
	{                                                                        \
		.name = (name_),                                               \
		.type = _Generic(((record *)0)->field,                         \
			char *: COLUMN_TYPE_TEXT,                              \
			int64_t: COLUMN_TYPE_NUMBER,                           \
			int: COLUMN_TYPE_INT,                                  \
			unsigned int: COLUMN_TYPE_UNSIGNED,                    \
			bool: COLUMN_TYPE_SWITCH),                             \
		COLUMN_FIELD(record, field), __VA_ARGS__ \
	}

/* A number that may be absent: then has_field is false, and field 0. */
#define COLUMN_OPTIONAL(record, name_, field, has_field, ...)                  \
	{                                                                      \
		.name = (name_), .type = COLUMN_TYPE_OPTIONAL,                 \
		COLUMN_FIELD(record, field),                                   \
		.has_offset = offsetof(record, has_field), __VA_ARGS__         \
	}

/* A field that is an enum, kept as a word of the list words_. */
#define COLUMN_WORD(record, name_, field, words_)                              \
	{                                                                      \
		.name = (name_), .type = COLUMN_TYPE_WORD,                     \
		COLUMN_FIELD(record, field), .words = (words_),                \
		.word_count = sizeof(words_) / sizeof(*(words_)),              \
	}

#define COLUMNS(record, list_)                                                 \
	{                                                                      \
		.list = (list_), .count = sizeof(list_) / sizeof(*(list_)),    \
		.record_bytes = sizeof(record),                                \
	}

struct binding;

/* The values of a record in the order of the list, for "{values}"; bindings_r
   must have room for columns->count of them, and texts are not copied. */
void columns_bind(const struct columns *columns, const void *record,
		  struct binding *bindings_r);

/* Copies the fields that have any of the flags from one record to another. */
void columns_copy(const struct columns *columns, unsigned int flags,
		  const void *from, void *to);

/* Whether two records have the same value in a column. */
bool column_is_equal(const struct column *column, const void *one,
		     const void *other);

/* The SQL with "{columns}" and "{values}" replaced; columns may be NULL when
   it has neither. Returns memory that the caller frees, or NULL without
   memory. */
char *columns_expand(const struct columns *columns, const char *sql);

#endif
