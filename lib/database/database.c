/* SPDX-License-Identifier: MIT
 *
 * Statements, rows and transactions of any engine; see
 * lib/database/database.h.
 */
#include "lib/database/database.h"

#include <stdlib.h>
#include <string.h>

#include "lib/database/driver.h"

int database_init(struct database *database,
		  const struct database_driver *driver, const char *name,
		  struct error *error)
{
	size_t length = strlen(name);

	memset(database, 0, sizeof(*database));
	database->driver = driver;
	if (length >= sizeof(database->name))
		return error_set(error, "%s: the path is too long", name);
	memcpy(database->name, name, length + 1);
	return 0;
}

void database_close(struct database **database)
{
	struct database *closed = *database;

	if (closed == NULL)
		return;
	for (size_t i = 0; i < closed->query_count; i++)
		closed->driver->forget(&closed->queries[i]);
	free(closed->queries);
	closed->driver->close(closed);
	*database = NULL;
}

const char *database_name(const struct database *database)
{
	return database->name;
}

bool database_was_conflict(const struct database *database)
{
	return database->was_conflict;
}

int64_t database_changed_rows(const struct database *database)
{
	return database->changed_rows;
}

int database_execute(struct database *database, const char *sql,
		     struct error *error)
{
	return database->driver->execute(database, sql, error);
}

/* ---- statements ---- */

static int prepare(struct query *query, struct error *error)
{
	char *sql = columns_expand(query->statement->columns,
				   query->statement->sql);
	int result;

	if (sql == NULL)
		return error_set(error, "%s: out of memory",
				 query->database->name);
	result = query->database->driver->prepare(query, sql, error);
	free(sql);
	if (result == 0 && query->parameter_count > DATABASE_PARAMETERS_MAX)
		result = error_set(error,
				   "%s: a statement has more than %d "
				   "parameters",
				   query->database->name,
				   DATABASE_PARAMETERS_MAX);
	return result;
}

int database_prepare(struct database *database,
		     const struct database_statement *statements, size_t count,
		     struct error *error)
{
	database->queries = calloc(count, sizeof(*database->queries));
	if (database->queries == NULL)
		return error_set(error, "%s: out of memory", database->name);
	database->query_count = count;
	for (size_t i = 0; i < count; i++) {
		database->queries[i].database = database;
		database->queries[i].statement = &statements[i];
		if (prepare(&database->queries[i], error) < 0)
			return -1;
	}
	return 0;
}

/* To change it takes longer than many a commit, so it stays as it is. */
static int set_unsynced(struct database *database, bool is_unsynced,
			struct error *error)
{
	const struct database_driver *driver = database->driver;

	/* Inside a transaction it is the commit that counts. */
	if (database->is_unsynced == is_unsynced ||
	    driver->is_in_transaction(database))
		return 0;
	if (driver->execute(database,
			    is_unsynced ? driver->do_not_sync : driver->sync,
			    error) < 0)
		return -1;
	database->is_unsynced = is_unsynced;
	return 0;
}

static int start(struct query *query, const struct binding *bindings,
		 size_t count, struct error *error)
{
	if (count != query->parameter_count)
		return error_set(
			error, "%s: a statement takes %zu values, not %zu",
			query->database->name, query->parameter_count, count);
	if (!query->is_read_only &&
	    set_unsynced(query->database, query->statement->is_unsynced,
			 error) < 0)
		return -1;
	return query->database->driver->start(query, bindings, error);
}

/* Begins a query and goes to its first row: 1, 0 or -1. end() must follow. */
static int first_row(struct query *query, const struct binding *bindings,
		     size_t count, struct error *error)
{
	if (start(query, bindings, count, error) < 0)
		return -1;
	return query->database->driver->step(query, error);
}

static void end(struct query *query)
{
	query->database->driver->finish(query);
}

int database_change(struct database *database, size_t statement,
		    const struct binding *bindings, size_t count,
		    struct error *error)
{
	struct query *query = &database->queries[statement];
	int result = first_row(query, bindings, count, error);

	database->changed_rows =
		result < 0 ? 0 : database->driver->changed_rows(query);
	end(query);
	if (result < 0)
		return -1;
	return database->changed_rows > 0 ? 1 : 0;
}

int database_exists(struct database *database, size_t statement,
		    const struct binding *bindings, size_t count,
		    struct error *error)
{
	struct query *query = &database->queries[statement];
	int result = first_row(query, bindings, count, error);

	end(query);
	return result;
}

int database_find(struct database *database, size_t statement,
		  const struct binding *bindings, size_t count, void *record_r,
		  struct error *error)
{
	struct query *query = &database->queries[statement];
	int found = first_row(query, bindings, count, error);
	int result = found;

	if (found > 0)
		result = columns_read(query, record_r, error);
	/* A change is done when there are no more rows. A look-up ends here,
	   which spares the second half of a UNION. */
	while (found > 0 && result >= 0 && !query->is_read_only &&
	       (result = database->driver->step(query, error)) > 0)
		;
	end(query);
	return result < 0 ? -1 : found;
}

int database_find_number(struct database *database, size_t statement,
			 const struct binding *bindings, size_t count,
			 int64_t *number_r, struct error *error)
{
	struct query *query = &database->queries[statement];
	int result = first_row(query, bindings, count, error);

	*number_r = result > 0 ? database->driver->number(query, 0) : 0;
	end(query);
	return result;
}

int database_list(struct database *database, size_t statement,
		  const struct binding *bindings, size_t count, void *records_r,
		  size_t max, size_t *count_r, struct error *error)
{
	struct query *query = &database->queries[statement];
	const size_t bytes = query->statement->columns->record_bytes;
	int result = first_row(query, bindings, count, error);

	*count_r = 0;
	while (result > 0 && *count_r < max) {
		char *record = (char *)records_r + *count_r * bytes;

		result = columns_read(query, record, error);
		if (result < 0)
			break;
		(*count_r)++;
		result = database->driver->step(query, error);
	}
	end(query);
	return result;
}

int database_number(struct database *database, const char *sql,
		    int64_t *number_r, struct error *error)
{
	const struct database_statement statement = {.sql = sql};
	struct query query = {.database = database, .statement = &statement};
	int result = prepare(&query, error);

	if (result == 0) {
		result = first_row(&query, NULL, 0, error);
		if (result > 0)
			*number_r = database->driver->number(&query, 0);
		if (result == 0)
			(void)error_set(error, "%s: \"%s\" gives no number",
					database->name, sql);
		end(&query);
	}
	database->driver->forget(&query);
	return result > 0 ? 0 : -1;
}

/* ---- transactions ---- */

static int begin(struct database *database, const char *outer,
		 struct error *error)
{
	if (set_unsynced(database, false, error) < 0 ||
	    database_execute(database,
			     database->depth == 0 ? outer
						  : "SAVEPOINT inner_one",
			     error) < 0)
		return -1;
	database->depth++;
	return 0;
}

int database_begin(struct database *database, struct error *error)
{
	return begin(database, database->driver->begin, error);
}

int database_begin_alone(struct database *database, struct error *error)
{
	return begin(database, database->driver->begin_alone, error);
}

int database_commit(struct database *database, struct error *error)
{
	/* The name means the innermost one that has it. */
	const char *sql = database->depth > 1 ? "RELEASE inner_one" : "COMMIT";

	if (database_execute(database, sql, error) < 0)
		return -1;
	database->depth--;
	return 0;
}

void database_rollback(struct database *database)
{
	if (database->depth == 0)
		return;
	database->depth--;
	/* Some errors have rolled back everything already. */
	if (!database->driver->is_in_transaction(database))
		return;
	(void)database_execute(
		database,
		database->depth > 0 ? "ROLLBACK TO inner_one; RELEASE inner_one"
				    : "ROLLBACK",
		NULL);
}

/* Once. *is_conflict_r tells why it failed. */
static int run_action(struct database *database, database_action *action,
		      void *context, int done, bool *is_conflict_r,
		      struct error *error)
{
	int result;

	database->was_conflict = false;
	if (database_begin(database, error) < 0) {
		*is_conflict_r = database->was_conflict;
		return -1;
	}
	result = action(context, error);
	if (result == done) {
		if (database_commit(database, error) == 0)
			return result;
		result = -1;
	}
	/* The rollback is no failure. */
	*is_conflict_r = result < 0 && database->was_conflict;
	database_rollback(database);
	return result;
}

int database_transaction(struct database *database, database_action *action,
			 void *context, int done, struct error *error)
{
	bool is_conflict = false;
	int result;
	int tries = 0;

	do {
		result = run_action(database, action, context, done,
				    &is_conflict, error);
	} while (result < 0 && is_conflict && database->depth == 0 &&
		 ++tries <= DATABASE_RETRIES_MAX);
	database->was_conflict = is_conflict;
	return result;
}
