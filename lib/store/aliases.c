/* SPDX-License-Identifier: MIT
 *
 * Aliases of accounts; see lib/store/store.h.
 */
#include "lib/store/checks.h"
#include "lib/store/handle.h"

static int check_count(struct store *store, const char *account_id,
		       struct error *error)
{
	int64_t count;

	if (database_find_number(store->accounts, ALIAS_COUNT,
				 BINDINGS(bind_text(account_id)), &count,
				 error) < 0)
		return -1;
	if (count >= ALIASES_MAX)
		return error_set(error,
				 "an account can have %d aliases at most",
				 ALIASES_MAX);
	return 0;
}

int store_alias_insert(struct store *store, const char *account_id,
		       const char *name, int64_t now, struct error *error)
{
	int result;

	if (check_count(store, account_id, error) < 0)
		return -1;
	result = database_change(store->accounts, ALIAS_INSERT,
				 BINDINGS(bind_text(account_id),
					  bind_text(name), bind_number(now)),
				 error);
	if (result == 0)
		return error_set(error, "there is no such account any more");
	return result < 0 ? -1 : 0;
}

int store_aliases_delete(struct store *store, const char *account_id,
			 int64_t quarantine_until, struct error *error)
{
	if (database_change(store->accounts, QUARANTINE_ALIASES,
			    BINDINGS(bind_text(account_id),
				     bind_number(quarantine_until)),
			    error) < 0 ||
	    database_change(store->accounts, ALIASES_DELETE,
			    BINDINGS(bind_text(account_id)), error) < 0)
		return -1;
	return 0;
}

struct alias_change {
	struct store *store;
	const char *account_id;
	const char *name;
	int64_t time; /* of the addition, or the end of the quarantine */
};

static int add_alias(void *context, struct error *error)
{
	const struct alias_change *change = context;
	struct store *store = change->store;
	int result = store_name_check(store, change->name, change->account_id,
				      change->time, error);

	if (result != STORE_ADDED)
		return result;
	if (store_name_release(store, change->name, error) < 0 ||
	    store_alias_insert(store, change->account_id, change->name,
			       change->time, error) < 0 ||
	    store_audit_write(store, change->account_id, AUDIT_ALIAS_ADD,
			      change->name, error) < 0)
		return STORE_ADD_FAILED;
	return STORE_ADDED;
}

enum store_add_result store_alias_add(struct store *store,
				      const char *account_id, const char *name,
				      int64_t now, struct error *error)
{
	struct alias_change change = {store, account_id, name, now};

	if (name[0] == '\0')
		return error_set(error, "an alias must have a name");
	if (store_check_text("alias", name, ADDRESS_LOCAL_BYTES, error) < 0)
		return STORE_ADD_FAILED;
	return database_transaction(store->accounts, add_alias, &change,
				    STORE_ADDED, error);
}

static int remove_alias(void *context, struct error *error)
{
	const struct alias_change *change = context;
	struct database *database = change->store->accounts;
	const struct binding id = bind_text(change->account_id);
	const struct binding name = bind_text(change->name);
	int result;

	if (change->time > 0 &&
	    database_change(database, QUARANTINE_ALIAS,
			    BINDINGS(id, name, bind_number(change->time)),
			    error) < 0)
		return -1;
	result = database_change(database, ALIAS_DELETE, BINDINGS(id, name),
				 error);
	if (result > 0 &&
	    store_audit_write(change->store, change->account_id,
			      AUDIT_ALIAS_REMOVE, change->name, error) < 0)
		result = -1;
	return result;
}

int store_alias_remove(struct store *store, const char *account_id,
		       const char *name, int64_t quarantine_until,
		       struct error *error)
{
	struct alias_change change = {store, account_id, name,
				      quarantine_until};

	return database_transaction(store->accounts, remove_alias, &change, 1,
				    error);
}

int store_aliases(struct store *store, const char *account_id,
		  struct alias aliases_r[ALIASES_MAX], size_t *count_r,
		  struct error *error)
{
	return database_list(store->accounts, ALIASES_OF,
			     BINDINGS(bind_text(account_id),
				      bind_number(ALIASES_MAX)),
			     aliases_r, ALIASES_MAX, count_r, error) < 0
		       ? -1
		       : 0;
}
