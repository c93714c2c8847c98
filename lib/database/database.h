/* SPDX-License-Identifier: MIT
 *
 * A small interface to a database: statements prepared once for each
 * connection, bound parameters, rows, and transactions. It names no engine.
 * lib/database/driver.h is what an engine has to provide, and the header that
 * is named for an engine (lib/database/sqlite.h) opens a connection to it.
 *
 * A connection serves one thread at a time. Every call may block for disk
 * access and, at most DATABASE_BUSY_TIMEOUT_MSECS, for another writer. Every
 * step that neither gives a row nor ends is a failure, so "absent" is never
 * said of something that could not be read.
 */
#ifndef ALUMNI_DATABASE_DATABASE_H
#define ALUMNI_DATABASE_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "lib/database/columns.h"

/* How long a change waits for another writer. */
#define DATABASE_BUSY_TIMEOUT_MSECS 2000
/* How often a transaction is begun again after a conflict. */
#define DATABASE_RETRIES_MAX 5
/* The highest parameter of a statement, $48. */
#define DATABASE_PARAMETERS_MAX 48

struct database;

/* Closes the connection and sets *database to NULL; NULL is allowed. */
void database_close(struct database **database);

/* ---- statements ---- */

/* One row of a table of statements. */
struct database_statement {
	/* The SQL that every engine understands, with parameters $1, $2, ...
	   "{columns}" stands for the list of the columns below, and "{values}"
	   for as many parameters. */
	const char *sql;
	/* The columns that a row of the result has; NULL for other
	   results. */
	const struct columns *columns;
	/* Outside a transaction the change does not wait for the disk: a
	   machine that loses its power may have lost the change, though not
	   the order of changes. This is for news that is published again. */
	bool is_unsynced;
};

/* Prepares a table of statements; later calls name a statement by its place
   in the table, which must outlive the connection. Once for each connection.
   Returns 0, or -1 with an error. */
int database_prepare(struct database *database,
		     const struct database_statement *statements, size_t count,
		     struct error *error);

enum binding_kind {
	BINDING_NULL,
	BINDING_NUMBER,
	BINDING_SWITCH,
	BINDING_TEXT,
};

/* The value of one parameter. */
struct binding {
	enum binding_kind kind;
	int64_t number; /* of a switch: 0 or 1 */
	const char *text;
};

static inline struct binding bind_number(int64_t number)
{
	return (struct binding){.kind = BINDING_NUMBER, .number = number};
}

static inline struct binding bind_switch(bool is_on)
{
	return (struct binding){.kind = BINDING_SWITCH, .number = is_on};
}

static inline struct binding bind_text(const char *text)
{
	return (struct binding){.kind = BINDING_TEXT, .text = text};
}

static inline struct binding bind_null(void)
{
	return (struct binding){.kind = BINDING_NULL};
}

/* NULL binds NULL. */
static inline struct binding bind_optional_number(const int64_t *number)
{
	return number == NULL ? bind_null() : bind_number(*number);
}

/* The values of $1, $2, ... and their number: two arguments of the functions
   below. A statement takes exactly as many values as it has parameters. */
#define BINDINGS(...)                                                          \
	(const struct binding[]){__VA_ARGS__},                                 \
		sizeof((const struct binding[]){__VA_ARGS__}) /                \
			sizeof(struct binding)

/* Runs a statement that changes rows. Returns 1 if it changed any, 0 if none,
   or -1 with an error. */
int database_change(struct database *database, size_t statement,
		    const struct binding *bindings, size_t count,
		    struct error *error);

/* How many rows the last database_change() changed. */
int64_t database_changed_rows(const struct database *database);

/* Returns 1 if the statement gives a row, 0 if none, or -1. */
int database_exists(struct database *database, size_t statement,
		    const struct binding *bindings, size_t count,
		    struct error *error);

/* Reads the first row into a record of the statement's columns. The statement
   may be a change with RETURNING. Returns 1 found, 0 no row, or -1. */
int database_find(struct database *database, size_t statement,
		  const struct binding *bindings, size_t count, void *record_r,
		  struct error *error);

/* Reads up to max rows into an array of records. Returns 0, or 1 when there
   are more rows, or -1; *count_r records are filled in any case. */
int database_list(struct database *database, size_t statement,
		  const struct binding *bindings, size_t count, void *records_r,
		  size_t max, size_t *count_r, struct error *error);

/* Reads the first column of the first row, a number. Returns 1, or 0 without a
   row and then *number_r is 0, or -1. */
int database_find_number(struct database *database, size_t statement,
			 const struct binding *bindings, size_t count,
			 int64_t *number_r, struct error *error);

/* ---- SQL of one engine ---- */

/* Runs SQL text that takes no parameters and gives no rows; it may be several
   statements. Returns 0 or -1. */
int database_execute(struct database *database, const char *sql,
		     struct error *error);

/* Reads the one number that the SQL text gives. Returns 0 or -1. */
int database_number(struct database *database, const char *sql,
		    int64_t *number_r, struct error *error);

/* The connection's name in errors: the path of a file. */
const char *database_name(const struct database *database);

/* ---- transactions ---- */

/* What is done inside a transaction. It may run several times, so it changes
   nothing but the database and its own results. */
typedef int database_action(void *context, struct error *error);

/* Runs the action inside a transaction, and commits when it returns `done`.
   Any other result rolls back. When another transaction was in the way, all of
   it is tried again, unless this one is inside another, which then has to be.
   Returns the action's result, or -1 when it could not begin or commit. */
int database_transaction(struct database *database, database_action *action,
			 void *context, int done, struct error *error);

/* The steps of the above, for a transaction that outlives one function.
   Nobody else changes what a transaction has read before it ends: SQLite takes
   the write lock at once. One may be inside another: then it is rolled back by
   itself, and committed with the outer one. Both return 0 or -1. */
int database_begin(struct database *database, struct error *error);
int database_commit(struct database *database, struct error *error);
/* Does nothing outside a transaction. */
void database_rollback(struct database *database);

/* Begins a transaction that waits until no other one is half done, and that
   none can begin beside. Ends as any other. Returns 0 or -1. */
int database_begin_alone(struct database *database, struct error *error);

/* Whether the last failure came from another transaction that was in the way,
   so that the whole transaction may be tried again. */
bool database_was_conflict(const struct database *database);

#endif
