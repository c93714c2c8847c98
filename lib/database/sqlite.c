/* SPDX-License-Identifier: MIT
 *
 * The driver for SQLite; see lib/database/sqlite.h and lib/database/driver.h.
 *
 * The database file must never be opened and closed by other means while this
 * process may have a handle on it: that would drop SQLite's POSIX locks.
 */
#include "lib/database/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/database/driver.h"

#define WAL_RETRY_MSECS 10
#define PARAMETER_BYTES 16

struct sqlite {
	struct database database; /* first */
	sqlite3 *handle;
};

/* A prepared statement. */
struct sqlite_query {
	sqlite3_stmt *statement;
	/* SQLite takes $1 for a name, and numbers names as they first occur:
	   the place of $1 is places[0]. */
	int places[DATABASE_PARAMETERS_MAX];
};

static sqlite3 *handle_of(const struct database *database)
{
	return ((const struct sqlite *)database)->handle;
}

static sqlite3_stmt *statement_of(const struct query *query)
{
	return ((const struct sqlite_query *)query->prepared)->statement;
}

/* Says what went wrong with the handle. Returns -1. */
static int fail(struct database *database, struct error *error)
{
	sqlite3 *handle = handle_of(database);
	const char *name = database->name;
	const char *text = sqlite3_errmsg(handle);

	database->was_conflict =
		sqlite3_extended_errcode(handle) == SQLITE_BUSY_SNAPSHOT;
	switch (sqlite3_errcode(handle)) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return error_set(error,
				 "%s: another program kept it locked for %d ms",
				 name, DATABASE_BUSY_TIMEOUT_MSECS);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return error_set(error,
				 "%s is damaged or no database (%s): restore "
				 "it from a backup, then run `alumnictl store "
				 "init`",
				 name, text);
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_READONLY:
		return error_set(error,
				 "%s: %s: this process must be in the file's "
				 "group and able to write to its folder; "
				 "`alumnictl store init`, run as root, sets "
				 "groups and modes",
				 name, text);
	default:
		return error_set(error, "%s: %s", name, text);
	}
}

static void close_handle(struct database *database)
{
	(void)sqlite3_close(handle_of(database));
	free(database);
}

static int execute(struct database *database, const char *sql,
		   struct error *error)
{
	if (sqlite3_exec(handle_of(database), sql, NULL, NULL, NULL) !=
	    SQLITE_OK)
		return fail(database, error);
	return 0;
}

/* ---- statements ---- */

static int find_places(struct query *query, struct error *error)
{
	struct sqlite_query *prepared = query->prepared;
	int count = sqlite3_bind_parameter_count(prepared->statement);

	for (int i = 0; i < count && i < DATABASE_PARAMETERS_MAX; i++) {
		char name[PARAMETER_BYTES];

		(void)snprintf(name, sizeof(name), "$%d", i + 1);
		prepared->places[i] =
			sqlite3_bind_parameter_index(prepared->statement, name);
		if (prepared->places[i] == 0)
			return error_set(error, "%s: a statement has no %s: %s",
					 query->database->name, name,
					 query->statement->sql);
	}
	query->parameter_count = (size_t)count;
	return 0;
}

static int prepare(struct query *query, const char *sql, struct error *error)
{
	struct sqlite_query *prepared = calloc(1, sizeof(*prepared));

	query->prepared = prepared;
	if (prepared == NULL)
		return error_set(error, "%s: out of memory",
				 query->database->name);
	if (sqlite3_prepare_v3(handle_of(query->database), sql, -1,
			       SQLITE_PREPARE_PERSISTENT, &prepared->statement,
			       NULL) != SQLITE_OK)
		return fail(query->database, error);
	query->is_read_only = sqlite3_stmt_readonly(prepared->statement) != 0;
	return find_places(query, error);
}

static void forget(struct query *query)
{
	if (query->prepared != NULL)
		(void)sqlite3_finalize(statement_of(query));
	free(query->prepared);
	query->prepared = NULL;
}

static int bind(sqlite3_stmt *statement, int place,
		const struct binding *binding)
{
	switch (binding->kind) {
	case BINDING_NUMBER:
	case BINDING_SWITCH:
		return sqlite3_bind_int64(statement, place, binding->number);
	case BINDING_TEXT:
		return sqlite3_bind_text(statement, place, binding->text, -1,
					 SQLITE_STATIC);
	case BINDING_NULL:
		break;
	}
	return sqlite3_bind_null(statement, place);
}

static int start(struct query *query, const struct binding *bindings,
		 struct error *error)
{
	const struct sqlite_query *prepared = query->prepared;

	for (size_t i = 0; i < query->parameter_count; i++) {
		if (bind(prepared->statement, prepared->places[i],
			 &bindings[i]) != SQLITE_OK)
			return fail(query->database, error);
	}
	return 0;
}

static int step(struct query *query, struct error *error)
{
	switch (sqlite3_step(statement_of(query))) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		return 0;
	default:
		return fail(query->database, error);
	}
}

static void finish(struct query *query)
{
	/* Repeats the error of the last step, which was reported then. */
	(void)sqlite3_reset(statement_of(query));
	(void)sqlite3_clear_bindings(statement_of(query));
}

static bool is_null(struct query *query, int column)
{
	return sqlite3_column_type(statement_of(query), column) == SQLITE_NULL;
}

static int64_t number(struct query *query, int column)
{
	return sqlite3_column_int64(statement_of(query), column);
}

static const char *text(struct query *query, int column, size_t *length_r)
{
	sqlite3_stmt *statement = statement_of(query);
	const unsigned char *value = sqlite3_column_text(statement, column);

	*length_r = (size_t)sqlite3_column_bytes(statement, column);
	return (const char *)value;
}

static int64_t changed_rows(struct query *query)
{
	return sqlite3_changes(handle_of(query->database));
}

static bool is_in_transaction(const struct database *database)
{
	return sqlite3_get_autocommit(handle_of(database)) == 0;
}

static const struct database_driver driver = {
	.close = close_handle,
	.execute = execute,
	.prepare = prepare,
	.forget = forget,
	.start = start,
	.step = step,
	.finish = finish,
	.is_null = is_null,
	.number = number,
	.text = text,
	.changed_rows = changed_rows,
	.is_in_transaction = is_in_transaction,
	/* There is one writer at a time in any case. */
	.begin = "BEGIN IMMEDIATE",
	.begin_alone = "BEGIN IMMEDIATE",
	.sync = "PRAGMA synchronous = FULL",
	.do_not_sync = "PRAGMA synchronous = NORMAL",
};

/* ---- opening ---- */

/* Gives the usual mistakes an answer before SQLite calls them all "unable to
   open database file". */
static int check_file(const char *path, struct error *error)
{
	struct stat status;

	if (lstat(path, &status) < 0 && errno == ENOENT)
		return error_set(error,
				 "%s does not exist: create the store with "
				 "`alumnictl store init`",
				 path);
	if (faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) < 0)
		return error_set(error,
				 "cannot open %s: %s: this process must be in "
				 "the file's group; `alumnictl store init`, "
				 "run as root, sets groups and modes",
				 path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return error_set(error, "%s is not a file", path);
	return 0;
}

/* The milter can write to the accounts' file, so nothing that its schema may
   contain besides tables is ever run by others. */
static int configure(struct database *database, struct error *error)
{
	sqlite3 *handle = handle_of(database);

	(void)sqlite3_extended_result_codes(handle, 0);
	if (sqlite3_busy_timeout(handle, DATABASE_BUSY_TIMEOUT_MSECS) !=
		    SQLITE_OK ||
	    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0,
			      NULL) != SQLITE_OK ||
	    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL) !=
		    SQLITE_OK ||
	    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0,
			      NULL) != SQLITE_OK)
		return fail(database, error);
	/* KiB. The inner pages of a million accounts and of their names take 3
	   MiB. SQLite's own 2 MiB would make it read them again and again. */
	return execute(database,
		       "PRAGMA foreign_keys = ON;"
		       "PRAGMA synchronous = FULL;"
		       "PRAGMA cache_size = -3072",
		       error);
}

static int open_file(struct sqlite *sqlite, const char *path,
		     struct error *error)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
			  SQLITE_OPEN_NOFOLLOW;

	if (database_init(&sqlite->database, &driver, path, error) < 0 ||
	    check_file(path, error) < 0)
		return -1;
	if (sqlite3_open_v2(path, &sqlite->handle, flags, NULL) != SQLITE_OK)
		return fail(&sqlite->database, error);
	return configure(&sqlite->database, error);
}

int database_sqlite_open(const char *path, struct database **database_r,
			 struct error *error)
{
	struct sqlite *sqlite = calloc(1, sizeof(*sqlite));

	*database_r = NULL;
	if (sqlite == NULL)
		return error_set(error, "out of memory");
	if (open_file(sqlite, path, error) < 0) {
		close_handle(&sqlite->database);
		return -1;
	}
	*database_r = &sqlite->database;
	return 0;
}

/* Returns SQLite's result; *is_wal_r only holds with SQLITE_ROW. */
static int ask_for_wal(struct database *database, bool *is_wal_r)
{
	sqlite3_stmt *query = NULL;
	const char *mode;
	int result = sqlite3_prepare_v2(handle_of(database),
					"PRAGMA journal_mode = WAL", -1, &query,
					NULL);

	if (result == SQLITE_OK)
		result = sqlite3_step(query);
	if (result == SQLITE_ROW) {
		mode = (const char *)sqlite3_column_text(query, 0);
		*is_wal_r = mode != NULL && strcmp(mode, "wal") == 0;
	}
	(void)sqlite3_finalize(query);
	return result;
}

int database_sqlite_use_wal(struct database *database, struct error *error)
{
	bool is_wal = false;
	int waited_msecs = 0;
	int result;

	/* The busy time-out does not cover a change of the journal's mode. */
	while ((result = ask_for_wal(database, &is_wal)) == SQLITE_BUSY &&
	       waited_msecs < DATABASE_BUSY_TIMEOUT_MSECS)
		waited_msecs += sqlite3_sleep(WAL_RETRY_MSECS);
	if (result != SQLITE_ROW)
		return fail(database, error);
	/* Where it cannot be done, the pragma answers with another mode. */
	if (!is_wal)
		return error_set(error,
				 "%s cannot be put into WAL mode: the store "
				 "must be on a local disk",
				 database->name);
	return 0;
}
