/* SPDX-License-Identifier: MIT
 *
 * The rows of imported accounts in SQLite; see lib/store/sqlite.h.
 */
#include "lib/store/sqlite.h"

int sqlite_account_id_exists(struct store *store, const char *id,
			     struct error *error)
{
	struct store_sqlite *sqlite = store_sqlite_of(store);
	int found = database_exists(&sqlite->accounts, ACCOUNT_EVEN_DELETED,
				    BINDINGS(bind_text(id)), error);

	/* Credentials of a former account would open this one. */
	if (found == 0 && sqlite_credentials_delete(sqlite, id, error) < 0)
		return -1;
	return found;
}

static int insert(struct database *database, const struct account *account,
		  struct error *error)
{
	return database_change(
		database, ACCOUNT_IMPORT,
		BINDINGS(bind_text(account->id), bind_text(account->name),
			 bind_text(account->class_name),
			 bind_number(account->enabled ? 1 : 0),
			 bind_number(account->created_at),
			 bind_text(account->directory),
			 bind_text(account->directory_id),
			 bind_number(account->denied_at),
			 account->has_own_quota
				 ? bind_number(account->own_quota)
				 : bind_null(),
			 account->has_own_retention
				 ? bind_number(account->own_retention)
				 : bind_null(),
			 bind_text(account->forward_address),
			 bind_number(account->forward_keep_copy ? 1 : 0),
			 bind_text(account->backend),
			 bind_number(account->sending_blocked_at),
			 bind_text(account->sending_block_reason)),
		error);
}

static int audit(struct store *store, const struct account *account,
		 struct error *error)
{
	return sqlite_audit(
		store, account->id, AUDIT_ACCOUNT_ADD, error,
		"imported, class %s, %s, pinned to %s, %s %s",
		account->class_name, account->enabled ? "enabled" : "disabled",
		account_is_pinned(account) ? account->directory : "nothing",
		account_forwards(account) ? "forwarded to" : "not forwarded",
		account->forward_address);
}

enum store_add_result sqlite_account_import(struct store *store,
					    const struct account *account,
					    int64_t now, struct error *error)
{
	static const struct account_addition addition = {insert, audit};

	return sqlite_account_add_as(store, account, now, &addition, error);
}
