/* SPDX-License-Identifier: MIT
 *
 * Credentials in SQLite; see lib/store/sqlite.h.
 */
#include "lib/base/secret.h"
#include "lib/store/sqlite.h"

#include <string.h>

/* How kinds stand in the file. */
static const char *const kind_names[] = {
	[CREDENTIAL_PASSWORD] = "password",
	[CREDENTIAL_LEARNED] = "learned",
	[CREDENTIAL_APP] = "app",
	[CREDENTIAL_INVITE] = "invite",
};

/* What the audit trail says of them. */
static const struct {
	const char *set, *clear;
} actions[] = {
	[CREDENTIAL_PASSWORD] = {AUDIT_PASSWORD_SET, AUDIT_PASSWORD_CLEAR},
	[CREDENTIAL_LEARNED] = {AUDIT_LEARNED_SET, AUDIT_LEARNED_CLEAR},
	[CREDENTIAL_APP] = {AUDIT_APP_PASSWORD_ADD, AUDIT_APP_PASSWORD_REVOKE},
	[CREDENTIAL_INVITE] = {AUDIT_INVITE_ADD, AUDIT_INVITE_CLEAR},
};

static const char *const statements[CREDENTIALS_STATEMENTS] = {
	[CREDENTIALS_OF] = "SELECT kind, label, hash, set_at, last_used_at,"
			   " expires_at FROM credentials"
			   " WHERE account_id = ?1 ORDER BY kind, label",
	[CREDENTIALS_OTHERS] =
		"SELECT count(*) FROM credentials WHERE account_id = ?1"
		" AND (kind, label) <> (?2, ?3)"
		" AND (?4 IS NULL OR kind = ?4)",
	[CREDENTIAL_FIND] = "SELECT 1 FROM credentials WHERE account_id = ?1"
			    " AND kind = ?2 AND label = ?3",
	[CREDENTIAL_SET] = "INSERT OR REPLACE INTO credentials"
			   " (account_id, kind, label, hash, set_at,"
			   " expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[CREDENTIAL_USED] = "UPDATE credentials SET last_used_at = ?4"
			    " WHERE account_id = ?1 AND kind = ?2"
			    " AND label = ?3 AND (last_used_at <= ?5"
			    "  OR last_used_at > ?4)",
	[CREDENTIAL_REHASH] = "UPDATE credentials SET hash = ?5"
			      " WHERE account_id = ?1 AND kind = ?2"
			      " AND label = ?3 AND hash = ?4",
	[CREDENTIAL_CLEAR] = "DELETE FROM credentials WHERE account_id = ?1"
			     " AND kind = ?2 AND label = ?3",
	[CREDENTIALS_DELETE] = "DELETE FROM credentials WHERE account_id = ?1",
	[CREDENTIALS_OWNERS] = "SELECT DISTINCT account_id FROM credentials"
			       " WHERE account_id > ?1"
			       " ORDER BY account_id LIMIT ?2",
	[ATTEMPTS_OF] = "SELECT since, count FROM attempts"
			" WHERE account_id = ?1 AND what = ?2",
	[ATTEMPTS_SET] = "INSERT OR REPLACE INTO attempts"
			 " (account_id, what, since, count)"
			 " VALUES (?1, ?2, ?3, ?4)",
	[ATTEMPTS_GIVE_BACK] = "UPDATE attempts SET count = count - 1"
			       " WHERE account_id = ?1 AND what = ?2"
			       " AND count > 0",
	[ATTEMPTS_CLEAR] = "DELETE FROM attempts"
			   " WHERE account_id = ?1 AND what = ?2",
	[ATTEMPTS_DELETE] = "DELETE FROM attempts WHERE account_id = ?1",
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
	credential_r->last_used_at = sqlite3_column_int64(row, 4);
	credential_r->expires_at = sqlite3_column_int64(row, 5);
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

/* How many credentials the account has besides that one, or -1; kind NULL =
   of all kinds. */
static int64_t count_others(struct database *database, const char *account_id,
			    const struct credential *credential,
			    const char *kind, struct error *error)
{
	sqlite3_stmt *query = database_query(
		database, CREDENTIALS_OTHERS,
		BINDINGS(bind_text(account_id),
			 bind_text(kind_names[credential->kind]),
			 bind_text(credential->label),
			 kind == NULL ? bind_null() : bind_text(kind)),
		error);
	int64_t count = -1;

	if (query == NULL)
		return -1;
	if (database_step(database, query, error) > 0)
		count = sqlite3_column_int64(query, 0);
	database_finish(query);
	return count;
}

/* Returns 0 if there is room for it, or -1. */
static int check_count(struct database *database, const char *account_id,
		       const struct credential *credential, struct error *error)
{
	bool is_app = credential->kind == CREDENTIAL_APP;
	int64_t others =
		count_others(database, account_id, credential,
			     is_app ? kind_names[CREDENTIAL_APP] : NULL, error);

	if (others < 0)
		return -1;
	if (is_app && others >= APP_PASSWORDS_MAX)
		return error_set(error,
				 "the account has %d app passwords already: "
				 "revoke one first",
				 APP_PASSWORDS_MAX);
	if (others >= CREDENTIALS_MAX)
		return error_set(error,
				 "the account has %d credentials already: "
				 "clear one first",
				 CREDENTIALS_MAX);
	return 0;
}

/* Inside a transaction. */
static int set_credential(struct database *database, const char *account_id,
			  const struct credential *credential,
			  struct error *error)
{
	if (check_count(database, account_id, credential, error) < 0)
		return -1;
	if (credential->kind == CREDENTIAL_PASSWORD &&
	    database_change(database, CREDENTIAL_CLEAR,
			    BINDINGS(bind_text(account_id),
				     bind_text(kind_names[CREDENTIAL_INVITE]),
				     bind_text("")),
			    error) < 0)
		return -1;
	return database_change(database, CREDENTIAL_SET,
			       BINDINGS(bind_text(account_id),
					bind_text(kind_names[credential->kind]),
					bind_text(credential->label),
					bind_text(credential->hash),
					bind_number(credential->set_at),
					bind_number(credential->expires_at)),
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
	return result < 0 ? -1
			  : sqlite_audit(store, account_id,
					 actions[credential->kind].set, error,
					 "%s", credential->label);
}

/* Inside a transaction. */
static int add_credential(struct database *database, const char *account_id,
			  const struct credential *credential,
			  struct error *error)
{
	int found = database_exists(
		database, CREDENTIAL_FIND,
		BINDINGS(bind_text(account_id),
			 bind_text(kind_names[credential->kind]),
			 bind_text(credential->label)),
		error);

	if (found != 0)
		return found < 0 ? -1 : 0;
	return set_credential(database, account_id, credential, error) < 0 ? -1
									   : 1;
}

int sqlite_credential_add(struct store *store, const char *account_id,
			  const struct credential *credential,
			  struct error *error)
{
	struct database *database = &store_sqlite_of(store)->credentials;
	int result;

	if (database_begin(database, error) < 0)
		return -1;
	result = add_credential(database, account_id, credential, error);
	if (result > 0 && database_commit(database, error) < 0)
		result = -1;
	if (result <= 0)
		database_rollback(database);
	if (result > 0 &&
	    sqlite_audit(store, account_id, actions[credential->kind].set,
			 error, "%s", credential->label) < 0)
		result = -1;
	return result;
}

int sqlite_credential_used(struct store *store, const char *account_id,
			   const struct credential *credential, int64_t now,
			   struct error *error)
{
	return database_change(
		&store_sqlite_of(store)->credentials, CREDENTIAL_USED,
		BINDINGS(bind_text(account_id),
			 bind_text(kind_names[credential->kind]),
			 bind_text(credential->label), bind_number(now),
			 bind_number(now - CREDENTIAL_USED_SECONDS)),
		error);
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
	int result = database_change(
		&store_sqlite_of(store)->credentials, CREDENTIAL_CLEAR,
		BINDINGS(bind_text(account_id), bind_text(kind_names[kind]),
			 bind_text(label)),
		error);

	if (result > 0 && sqlite_audit(store, account_id, actions[kind].clear,
				       error, "%s", label) < 0)
		result = -1;
	return result;
}

int sqlite_credentials_delete(struct store_sqlite *store,
			      const char *account_id, struct error *error)
{
	struct database *database = &store->credentials;

	return database_change(database, CREDENTIALS_DELETE,
			       BINDINGS(bind_text(account_id)), error) < 0 ||
			       database_change(database, ATTEMPTS_DELETE,
					       BINDINGS(bind_text(account_id)),
					       error) < 0
		       ? -1
		       : 0;
}
