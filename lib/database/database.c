/* SPDX-License-Identifier: MIT
 *
 * One SQLite file of the store; see lib/database/database.h.
 *
 * The database file must never be opened and closed by other means while this
 * process may have a handle on it: that would drop SQLite's POSIX locks.
 */
#include "lib/database/database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAL_RETRY_MSECS 10

/* Says what went wrong with the handle. Returns -1. */
static int fail(struct database *database, struct error *error)
{
	const char *path = database->path;
	const char *text = sqlite3_errmsg(database->handle);

	switch (sqlite3_errcode(database->handle)) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return error_set(error,
				 "%s: another program kept it locked for %d ms",
				 path, DATABASE_BUSY_TIMEOUT_MSECS);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return error_set(error,
				 "%s is damaged or no database (%s): restore "
				 "it from a backup, then run `alumnictl store "
				 "init`",
				 path, text);
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_READONLY:
		return error_set(error,
				 "%s: %s: this process must be in the file's "
				 "group and able to write to its folder; "
				 "`alumnictl store init`, run as root, sets "
				 "groups and modes",
				 path, text);
	default:
		return error_set(error, "%s: %s", path, text);
	}
}

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
	sqlite3 *handle = database->handle;

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
	   MiB; SQLite's own 2 MiB would have it read them again and again. */
	return database_execute(database,
				"PRAGMA foreign_keys = ON;"
				"PRAGMA synchronous = FULL;"
				"PRAGMA cache_size = -3072",
				error);
}

int database_open(struct database *database, const char *path,
		  struct error *error)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
			  SQLITE_OPEN_NOFOLLOW;
	size_t length = strlen(path);

	memset(database, 0, sizeof(*database));
	if (length >= sizeof(database->path))
		return error_set(error, "%s: the path is too long", path);
	memcpy(database->path, path, length + 1);
	if (check_file(path, error) < 0)
		return -1;
	if (sqlite3_open_v2(path, &database->handle, flags, NULL) != SQLITE_OK)
		(void)fail(database, error);
	else if (configure(database, error) == 0)
		return 0;
	database_close(database);
	return -1;
}

void database_close(struct database *database)
{
	for (size_t i = 0; i < database->statement_count; i++)
		(void)sqlite3_finalize(database->statements[i]);
	free(database->statements);
	(void)sqlite3_close(database->handle);
	memset(database, 0, sizeof(*database));
}

int database_prepare(struct database *database, const char *const *sql,
		     size_t count, struct error *error)
{
	database->statements = calloc(count, sizeof(*database->statements));
	if (database->statements == NULL)
		return error_set(error, "%s: out of memory", database->path);
	database->statement_count = count;
	for (size_t i = 0; i < count; i++) {
		if (sqlite3_prepare_v3(database->handle, sql[i], -1,
				       SQLITE_PREPARE_PERSISTENT,
				       &database->statements[i],
				       NULL) != SQLITE_OK)
			return fail(database, error);
	}
	return 0;
}

int database_execute(struct database *database, const char *sql,
		     struct error *error)
{
	if (sqlite3_exec(database->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		return fail(database, error);
	return 0;
}

int database_number(struct database *database, const char *sql,
		    int64_t *number_r, struct error *error)
{
	sqlite3_stmt *query = NULL;
	int result = -1;

	if (sqlite3_prepare_v2(database->handle, sql, -1, &query, NULL) !=
		    SQLITE_OK ||
	    sqlite3_step(query) != SQLITE_ROW) {
		(void)fail(database, error);
	} else {
		*number_r = sqlite3_column_int64(query, 0);
		result = 0;
	}
	(void)sqlite3_finalize(query);
	return result;
}

/* Returns SQLite's result; *is_wal_r only holds with SQLITE_ROW. */
static int ask_for_wal(struct database *database, bool *is_wal_r)
{
	sqlite3_stmt *query = NULL;
	const char *mode;
	int result = sqlite3_prepare_v2(database->handle,
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

int database_use_wal(struct database *database, struct error *error)
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
				 database->path);
	return 0;
}

static int bind(sqlite3_stmt *statement, int position,
		const struct binding *binding)
{
	switch (binding->kind) {
	case BINDING_NUMBER:
		return sqlite3_bind_int64(statement, position, binding->number);
	case BINDING_TEXT:
		return sqlite3_bind_text(statement, position, binding->text, -1,
					 SQLITE_STATIC);
	case BINDING_NULL:
		break;
	}
	return sqlite3_bind_null(statement, position);
}

static sqlite3_stmt *query_bound(struct database *database, size_t statement,
				 const struct binding *bindings, size_t count,
				 struct error *error)
{
	sqlite3_stmt *query = database->statements[statement];

	for (size_t i = 0; i < count; i++) {
		if (bind(query, (int)i + 1, &bindings[i]) != SQLITE_OK) {
			(void)fail(database, error);
			database_finish(query);
			return NULL;
		}
	}
	return query;
}

/* It stays so: to change it takes longer than many a commit. */
static int set_unsynced(struct database *database, bool unsynced,
			struct error *error)
{
	/* Within a transaction it is the commit that counts. */
	if (database->unsynced == unsynced ||
	    !sqlite3_get_autocommit(database->handle))
		return 0;
	if (database_execute(database,
			     unsynced ? "PRAGMA synchronous = NORMAL"
				      : "PRAGMA synchronous = FULL",
			     error) < 0)
		return -1;
	database->unsynced = unsynced;
	return 0;
}

sqlite3_stmt *database_query(struct database *database, size_t statement,
			     const struct binding *bindings, size_t count,
			     struct error *error)
{
	if (!sqlite3_stmt_readonly(database->statements[statement]) &&
	    set_unsynced(database, false, error) < 0)
		return NULL;
	return query_bound(database, statement, bindings, count, error);
}

sqlite3_stmt *database_query_unsynced(struct database *database,
				      size_t statement,
				      const struct binding *bindings,
				      size_t count, struct error *error)
{
	if (set_unsynced(database, true, error) < 0)
		return NULL;
	return query_bound(database, statement, bindings, count, error);
}

int database_step(struct database *database, sqlite3_stmt *query,
		  struct error *error)
{
	switch (sqlite3_step(query)) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		return 0;
	default:
		return fail(database, error);
	}
}

void database_finish(sqlite3_stmt *query)
{
	/* Repeats the error of the last step, which was reported then. */
	(void)sqlite3_reset(query);
	(void)sqlite3_clear_bindings(query);
}

static int change(struct database *database, sqlite3_stmt *query,
		  struct error *error)
{
	int result;

	if (query == NULL)
		return -1;
	result = database_step(database, query, error);
	if (result == 0 && sqlite3_changes(database->handle) > 0)
		result = 1;
	database_finish(query);
	return result;
}

int database_change(struct database *database, size_t statement,
		    const struct binding *bindings, size_t count,
		    struct error *error)
{
	return change(
		database,
		database_query(database, statement, bindings, count, error),
		error);
}

int database_change_unsynced(struct database *database, size_t statement,
			     const struct binding *bindings, size_t count,
			     struct error *error)
{
	return change(database,
		      database_query_unsynced(database, statement, bindings,
					      count, error),
		      error);
}

int database_exists(struct database *database, size_t statement,
		    const struct binding *bindings, size_t count,
		    struct error *error)
{
	sqlite3_stmt *query =
		database_query(database, statement, bindings, count, error);
	int result;

	if (query == NULL)
		return -1;
	result = database_step(database, query, error);
	database_finish(query);
	return result;
}

int database_text(struct database *database, sqlite3_stmt *query, int column,
		  char *text_r, size_t size, struct error *error)
{
	const unsigned char *text = sqlite3_column_text(query, column);
	size_t length = (size_t)sqlite3_column_bytes(query, column);

	if (text == NULL)
		return error_set(error, "%s: %s is missing", database->path,
				 sqlite3_column_name(query, column));
	if (length >= size || memchr(text, '\0', length) != NULL)
		return error_set(error, "%s: %s is no valid value",
				 database->path,
				 sqlite3_column_name(query, column));
	memcpy(text_r, text, length + 1);
	return 0;
}

int database_begin(struct database *database, struct error *error)
{
	const char *sql = database->depth == 0 ? "BEGIN IMMEDIATE"
					       : "SAVEPOINT inner_one";

	if (set_unsynced(database, false, error) < 0)
		return -1;
	if (database_execute(database, sql, error) < 0)
		return -1;
	database->depth++;
	return 0;
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
	if (sqlite3_get_autocommit(database->handle) != 0)
		return;
	if (database->depth > 0)
		(void)database_execute(database,
				       "ROLLBACK TO inner_one;"
				       "RELEASE inner_one",
				       NULL);
	else
		(void)database_execute(database, "ROLLBACK", NULL);
}
