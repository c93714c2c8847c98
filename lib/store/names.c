/* SPDX-License-Identifier: MIT
 *
 * Names: which one may be given to whom, quarantine, and another name for an
 * account; see lib/store/handle.h and lib/store/deleted.h.
 */
#include <string.h>

#include "lib/store/checks.h"
#include "lib/store/deleted.h"
#include "lib/store/handle.h"

enum store_add_result store_name_check(struct store *store, const char *name,
				       const char *account_id, int64_t now,
				       struct error *error)
{
	struct database *database = store->accounts;
	int64_t deleted_at;
	int found = database_find_number(database, NAME_FIND,
					 BINDINGS(bind_text(name)), &deleted_at,
					 error);

	if (found > 0)
		return deleted_at == 0 ? STORE_NAME_TAKEN
				       : STORE_NAME_QUARANTINED;
	if (found == 0)
		found = database_exists(database, ALIAS_FIND,
					BINDINGS(bind_text(name)), error);
	if (found > 0)
		return STORE_NAME_TAKEN;
	if (found == 0)
		found = database_exists(database, QUARANTINE_FIND,
					BINDINGS(bind_text(name),
						 bind_number(now),
						 bind_text(account_id)),
					error);
	if (found < 0)
		return STORE_ADD_FAILED;
	return found > 0 ? STORE_NAME_QUARANTINED : STORE_ADDED;
}

int store_name_release(struct store *store, const char *name,
		       struct error *error)
{
	return database_change(store->accounts, QUARANTINE_DELETE,
			       BINDINGS(bind_text(name)), error) < 0
		       ? -1
		       : 0;
}

/* ---- another name ---- */

struct renaming {
	struct store *store;
	const char *id;
	const char *name;
	enum store_old_name old_name;
	int64_t quarantine_until;
	int64_t now;
};

/* Makes room for the new name. */
static enum store_add_result take_name(const struct renaming *renaming,
				       struct error *error)
{
	struct store *store = renaming->store;
	enum store_add_result result;

	/* The account's own alias stands in the way of nothing. */
	if (database_change(store->accounts, ALIAS_DELETE,
			    BINDINGS(bind_text(renaming->id),
				     bind_text(renaming->name)),
			    error) < 0)
		return STORE_ADD_FAILED;
	result = store_name_check(store, renaming->name, renaming->id,
				  renaming->now, error);
	if (result == STORE_ADDED &&
	    store_name_release(store, renaming->name, error) < 0)
		result = STORE_ADD_FAILED;
	return result;
}

/* When the account has its new name already. */
static int leave_name(const struct renaming *renaming, const char *old_name,
		      struct error *error)
{
	if (renaming->old_name == STORE_OLD_NAME_ALIAS)
		return store_alias_insert(renaming->store, renaming->id,
					  old_name, renaming->now, error);
	if (renaming->quarantine_until == 0)
		return 0;
	return database_change(renaming->store->accounts, QUARANTINE_NAME,
			       BINDINGS(bind_text(old_name),
					bind_number(renaming->quarantine_until),
					bind_text(renaming->id)),
			       error);
}

static int rename_account(void *context, struct error *error)
{
	const struct renaming *renaming = context;
	struct store *store = renaming->store;
	struct account before;
	int result = store_account_find(store, ACCOUNT_BY_ID, renaming->id,
					&before, error);

	if (result == 0)
		(void)error_set(error, "there is no such account any more");
	if (result <= 0)
		return STORE_ADD_FAILED;
	if (strcmp(before.name, renaming->name) == 0)
		return STORE_ADDED;
	result = take_name(renaming, error);
	if (result != STORE_ADDED)
		return result;
	if (database_change(store->accounts, ACCOUNT_RENAME,
			    BINDINGS(bind_text(renaming->id),
				     bind_text(renaming->name)),
			    error) < 0 ||
	    leave_name(renaming, before.name, error) < 0 ||
	    store_audit_changes(store, &before, error) < 0)
		return STORE_ADD_FAILED;
	return STORE_ADDED;
}

enum store_add_result store_account_rename(struct store *store, const char *id,
					   const char *name,
					   enum store_old_name old_name,
					   int64_t quarantine_until,
					   int64_t now, struct error *error)
{
	struct renaming renaming = {store, id, name, old_name, quarantine_until,
				    now};

	if (name[0] == '\0')
		return error_set(error, "an account must have a name");
	if (store_check_text("name", name, ADDRESS_LOCAL_BYTES, error) < 0)
		return STORE_ADD_FAILED;
	return database_transaction(store->accounts, rename_account, &renaming,
				    STORE_ADDED, error);
}
