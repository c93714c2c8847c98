/* SPDX-License-Identifier: MIT
 *
 * One SQLite file of the store: opening with clear errors, statements prepared
 * once per handle, bound parameters, transactions. Every step that is neither
 * DONE nor ROW is an error, so that "absent" is never said of what could not
 * be read. Internal to the SQLite store.
 */
#ifndef ALUMNI_DATABASE_DATABASE_H
#define ALUMNI_DATABASE_DATABASE_H

#include <limits.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

/* How long another writer is waited for. */
#define DATABASE_BUSY_TIMEOUT_MSECS 2000

struct database {
	sqlite3 *handle;
	char path[PATH_MAX];
	sqlite3_stmt **statements;
	size_t statement_count;
	unsigned int depth; /* of transactions */
	/* A commit does not wait for the disk; see database_query_unsynced().
	 */
	bool unsynced;
};

/* Opens an existing file; never creates one. Returns 0, or -1 with an error;
   then nothing is left open. */
int database_open(struct database *database, const char *path,
		  struct error *error);
/* Does nothing to a zeroed struct. */
void database_close(struct database *database);

/* Puts the file into WAL mode, where readers and a writer do not wait for each
   other; it stays so. */
int database_use_wal(struct database *database, struct error *error);

/* Prepares the statements that later calls name by their place in the list. */
int database_prepare(struct database *database, const char *const *sql,
		     size_t count, struct error *error);

/* Runs SQL text that needs no parameters and gives no rows. */
int database_execute(struct database *database, const char *sql,
		     struct error *error);
/* Reads the one number that a pragma gives. */
int database_number(struct database *database, const char *sql,
		    int64_t *number_r, struct error *error);

enum binding_kind { BINDING_NULL, BINDING_NUMBER, BINDING_TEXT };

struct binding {
	enum binding_kind kind;
	int64_t number;
	const char *text;
};

static inline struct binding bind_number(int64_t number)
{
	return (struct binding){.kind = BINDING_NUMBER, .number = number};
}

static inline struct binding bind_text(const char *text)
{
	return (struct binding){.kind = BINDING_TEXT, .text = text};
}

static inline struct binding bind_null(void)
{
	return (struct binding){.kind = BINDING_NULL};
}

/* The parameters ?1, ?2, ... of a statement. */
#define BINDINGS(...)                                                          \
	(const struct binding[]){__VA_ARGS__},                                 \
		sizeof((const struct binding[]){__VA_ARGS__}) /                \
			sizeof(struct binding)

/* Runs a statement that changes rows. Returns 1 if it changed any, 0 if none,
   or -1. */
int database_change(struct database *database, size_t statement,
		    const struct binding *bindings, size_t count,
		    struct error *error);

/* The same, without waiting for the disk: a machine that loses its power may
   have lost the change, though not the order of changes. For what is published
   anew by itself. */
int database_change_unsynced(struct database *database, size_t statement,
			     const struct binding *bindings, size_t count,
			     struct error *error);

/* Returns 1 if the query gives a row, 0 if none, or -1. */
int database_exists(struct database *database, size_t statement,
		    const struct binding *bindings, size_t count,
		    struct error *error);

/* Begins a query. Returns the statement for database_step(), or NULL with an
   error. Texts that are bound must live until database_finish(). */
sqlite3_stmt *database_query(struct database *database, size_t statement,
			     const struct binding *bindings, size_t count,
			     struct error *error);
/* The same, for a statement as database_change_unsynced() runs. */
sqlite3_stmt *database_query_unsynced(struct database *database,
				      size_t statement,
				      const struct binding *bindings,
				      size_t count, struct error *error);
/* Returns 1 with a row, 0 after the last, -1 with an error. */
int database_step(struct database *database, sqlite3_stmt *query,
		  struct error *error);
/* Ends a query, so that it holds no snapshot of the file. NULL is allowed. */
void database_finish(sqlite3_stmt *query);

/* Copies a column. Returns 0, or -1 when it does not fit. */
int database_text(struct database *database, sqlite3_stmt *query, int column,
		  char *text_r, size_t size, struct error *error);

/* A transaction that takes the write lock at once. One may be within another:
   then it is rolled back by itself, and committed with the outer one. */
int database_begin(struct database *database, struct error *error);
int database_commit(struct database *database, struct error *error);
void database_rollback(struct database *database);

#endif
