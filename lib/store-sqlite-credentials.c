/* SPDX-License-Identifier: MIT
 *
 * Credentials in SQLite; see store-sqlite.h.
 */
#include "lib/store-sqlite.h"

#include <string.h>

/* How kinds stand in the file. */
static const char *const kind_names[] = {
	[CREDENTIAL_PASSWORD] = "password",
	[CREDENTIAL_LEARNED] = "learned",
};

static const char *const statements[CREDENTIALS_STATEMENTS] = {
	[CREDENTIALS_OF] = "SELECT kind, label, hash, set_at FROM credentials"
			   " WHERE account_id = ?1 ORDER BY kind, label",
	[CREDENTIALS_OTHERS] =
		"SELECT count(*) FROM credentials WHERE account_id = ?1"
		" AND (kind, label) <> (?2, ?3)",
	[CREDENTIAL_SET] = "INSERT OR REPLACE INTO credentials"
			   " (account_id, kind, label, hash, set_at)"
			   " VALUES (?1, ?2, ?3, ?4, ?5)",
	[CREDENTIAL_REHASH] = "UPDATE credentials SET hash = ?5"
			      " WHERE account_id = ?1 AND kind = ?2"
			      " AND label = ?3 AND hash = ?4",
	[CREDENTIAL_CLEAR] = "DELETE FROM credentials WHERE account_id = ?1"
			     " AND kind = ?2 AND label = ?3",
	[CREDENTIALS_DELETE] = "DELETE FROM credentials WHERE account_id = ?1",
};

int sqlite_credentials_prepare(struct store_sqlite *store, struct error *error)
{
	/* Hashes that were replaced must not linger in free pages. */
	if (database_execute(&store->credentials, "PRAGMA secure_delete = ON",
			     error) < 0)
		return -1;
	return database_prepare(&store->credentials, statements,
				CREDENTIALS_STATEMENTS, error);
}

static int read_kind(struct database *database, sqlite3_stmt *row,
		     enum credential_kind *kind_r, struct error *error)
{
	const char *name = (const char *)sqlite3_column_text(row, 0);

	for (size_t i = 0; i < sizeof(kind_names) / sizeof(*kind_names); i++) {
		if (name != NULL && strcmp(kind_names[i], name) == 0) {
			*kind_r = (enum credential_kind)i;
			return 0;
		}
	}
	return error_set(error, "%s: a credential has an unknown kind",
			 database->path);
}

static int read_credential(struct database *database, sqlite3_stmt *row,
			   struct credential *credential_r, struct error *error)
{
	memset(credential_r, 0, sizeof(*credential_r));
	if (read_kind(database, row, &credential_r->kind, error) < 0 ||
	    database_text(database, row, 1, credential_r->label,
			  sizeof(credential_r->label), error) < 0 ||
	    database_text(database, row, 2, credential_r->hash,
			  sizeof(credential_r->hash), error) < 0)
		return -1;
	credential_r->set_at = sqlite3_column_int64(row, 3);
	return 0;
}

/* sqlite_credential_set() keeps the number below CREDENTIALS_MAX. */
static int read_credentials(struct database *database, sqlite3_stmt *query,
			    struct credential *credentials_r, size_t *count_r,
			    struct error *error)
{
	int result;

	*count_r = 0;
	while ((result = database_step(database, query, error)) > 0) {
		if (*count_r == CREDENTIALS_MAX)
			return error_set(error,
					 "%s: an account has more than %d "
					 "credentials",
					 database->path, CREDENTIALS_MAX);
		if (read_credential(database, query, &credentials_r[*count_r],
				    error) < 0)
			return -1;
		(*count_r)++;
	}
	return result;
}

int sqlite_credentials(struct store *store, const char *account_id,
		       struct credential *credentials_r, size_t *count_r,
		       struct error *error)
{
	struct database *database = &store_sqlite_of(store)->credentials;
	sqlite3_stmt *query =
		database_query(database, CREDENTIALS_OF,
			       BINDINGS(bind_text(account_id)), error);
	int result;

	if (query == NULL)
		return -1;
	result = read_credentials(database, query, credentials_r, count_r,
				  error);
	database_finish(query);
	if (result < 0) {
		secret_wipe(credentials_r,
			    CREDENTIALS_MAX * sizeof(*credentials_r));
		*count_r = 0;
	}
	return result;
}

/* How many credentials the account has besides that one, or -1. */
static int64_t count_others(struct database *database, const char *account_id,
			    const struct credential *credential,
			    struct error *error)
{
	sqlite3_stmt *query =
		database_query(database, CREDENTIALS_OTHERS,
			       BINDINGS(bind_text(account_id),
					bind_text(kind_names[credential->kind]),
					bind_text(credential->label)),
			       error);
	int64_t count = -1;

	if (query == NULL)
		return -1;
	if (database_step(database, query, error) > 0)
		count = sqlite3_column_int64(query, 0);
	database_finish(query);
	return count;
}

/* Inside a transaction. */
static int set_credential(struct database *database, const char *account_id,
			  const struct credential *credential,
			  struct error *error)
{
	int64_t others = count_others(database, account_id, credential, error);

	if (others < 0)
		return -1;
	if (others >= CREDENTIALS_MAX)
		return error_set(error,
				 "the account has %d credentials already: "
				 "clear one first",
				 CREDENTIALS_MAX);
	return database_change(database, CREDENTIAL_SET,
			       BINDINGS(bind_text(account_id),
					bind_text(kind_names[credential->kind]),
					bind_text(credential->label),
					bind_text(credential->hash),
					bind_number(credential->set_at)),
			       error) < 0
		       ? -1
		       : 0;
}

int sqlite_credential_set(struct store *store, const char *account_id,
			  const struct credential *credential,
			  struct error *error)
{
	struct database *database = &store_sqlite_of(store)->credentials;
	int result;

	if (database_begin(database, error) < 0)
		return -1;
	result = set_credential(database, account_id, credential, error);
	if (result == 0)
		result = database_commit(database, error);
	if (result < 0)
		database_rollback(database);
	return result;
}

int sqlite_credential_rehash(struct store *store, const char *account_id,
			     const struct credential *old, const char *hash,
			     struct error *error)
{
	return database_change(&store_sqlite_of(store)->credentials,
			       CREDENTIAL_REHASH,
			       BINDINGS(bind_text(account_id),
					bind_text(kind_names[old->kind]),
					bind_text(old->label),
					bind_text(old->hash), bind_text(hash)),
			       error);
}

int sqlite_credential_clear(struct store *store, const char *account_id,
			    enum credential_kind kind, const char *label,
			    struct error *error)
{
	return database_change(
		&store_sqlite_of(store)->credentials, CREDENTIAL_CLEAR,
		BINDINGS(bind_text(account_id), bind_text(kind_names[kind]),
			 bind_text(label)),
		error);
}

int sqlite_credentials_delete(struct store_sqlite *store,
			      const char *account_id, struct error *error)
{
	return database_change(&store->credentials, CREDENTIALS_DELETE,
			       BINDINGS(bind_text(account_id)), error);
}
