/* SPDX-License-Identifier: MIT
 *
 * What an engine provides for lib/database/database.h: one const struct of
 * functions and a few words of SQL. Only lib/database includes this.
 *
 * The functions are cut so that both kinds of client library fit: one that
 * steps through rows as they are found (SQLite), and one that sends all
 * parameters at once and gets the whole result back (libpq).
 */
#ifndef ALUMNI_DATABASE_DRIVER_H
#define ALUMNI_DATABASE_DRIVER_H

#include <limits.h>

#include "lib/database/database.h"

/* A prepared statement. */
struct query {
	struct database *database;
	const struct database_statement *statement;
	void *prepared;         /* the driver's own */
	size_t parameter_count; /* $1 to this */
	bool is_read_only;
};

struct database_driver {
	void (*close)(struct database *database);

	/* See database_execute(). */
	int (*execute)(struct database *database, const char *sql,
		       struct error *error);

	/* Fills in prepared, parameter_count and is_read_only. The SQL has its
	   columns written out. A parameter may occur several times and in any
	   order, but none of $1 to the highest may be missing. Returns 0 or
	   -1. */
	int (*prepare)(struct query *query, const char *sql,
		       struct error *error);
	/* Frees prepared; nothing to do if it is NULL. */
	void (*forget)(struct query *query);

	/* Begins to run the query; there are parameter_count values, whose
	   texts live until finish(). Returns 0 or -1; finish() follows in any
	   case. */
	int (*start)(struct query *query, const struct binding *bindings,
		     struct error *error);
	/* Returns 1 with a row, 0 after the last, -1 with an error. */
	int (*step)(struct query *query, struct error *error);
	/* Ends a query, so that it holds neither locks nor memory of its
	   rows. */
	void (*finish)(struct query *query);

	/* A column of the row; the first one is 0. A switch is a number too. */
	bool (*is_null)(struct query *query, int column);
	int64_t (*number)(struct query *query, int column);
	/* NULL for NULL; it holds until the next step. */
	const char *(*text)(struct query *query, int column, size_t *length_r);

	/* How many rows the query that has just ended changed. */
	int64_t (*changed_rows)(struct query *query);

	/* False also when an error has ended the transaction by itself. */
	bool (*is_in_transaction)(const struct database *database);

	/* SQL to begin a transaction, and one beside no other. */
	const char *begin;
	const char *begin_alone;
	/* SQL by which commits outside a transaction wait for the disk, or no
	   longer do. */
	const char *sync;
	const char *do_not_sync;
};

/* A driver's own struct begins with this. */
struct database {
	const struct database_driver *driver;
	char name[PATH_MAX]; /* in errors */
	struct query *queries;
	size_t query_count;
	int64_t changed_rows;
	unsigned int depth; /* of transactions */
	bool is_unsynced;
	/* A driver sets it with each failure. */
	bool was_conflict;
};

/* Fills in the part that is the same for all drivers; is_unsynced is false,
   which the driver sees to. Returns 0, or -1 if the name is too long. */
int database_init(struct database *database,
		  const struct database_driver *driver, const char *name,
		  struct error *error);

/* Reads the row that the query is at into a record of its statement's columns.
   Returns 0, or -1 when a value is none that the field can have. */
int columns_read(struct query *query, void *record_r, struct error *error);

#endif
