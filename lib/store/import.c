/* SPDX-License-Identifier: MIT
 *
 * Accounts that come from elsewhere; see lib/store/import.h.
 */
#include "lib/store/import.h"

#include "lib/base/secret.h"
#include "lib/store/checks.h"
#include "lib/store/handle.h"

struct importing {
	struct store *store;
	const struct store_import *import;
	const struct account *account; /* as it is to be stored */
	int64_t now;
};

static enum store_add_result explain(enum store_add_result result,
				     const char *name, struct error *error)
{
	if (result == STORE_NAME_TAKEN)
		(void)error_set(error,
				"%s is the name or an alias of an account "
				"already",
				name);
	if (result == STORE_NAME_QUARANTINED)
		(void)error_set(error,
				"%s belonged to somebody else and is in "
				"quarantine",
				name);
	return result;
}

/* Makes sure that nothing of another account hangs on the id: refuses one that
   an account has, deleted or not, and deletes the credentials of a former
   account, which would open this one. */
static enum store_add_result claim_id(struct store *store, const char *id,
				      struct error *error)
{
	int found = database_exists(store->accounts, ACCOUNT_EVEN_DELETED,
				    BINDINGS(bind_text(id)), error);

	if (found > 0) {
		(void)error_set(error, "the id %s is another account's", id);
		return STORE_NAME_TAKEN;
	}
	if (found < 0 || store_credentials_delete(store, id, error) < 0)
		return STORE_ADD_FAILED;
	return STORE_ADDED;
}

static enum store_add_result add_aliases(const struct importing *importing,
					 struct error *error)
{
	const struct store_import *import = importing->import;

	for (size_t i = 0; i < import->alias_count; i++) {
		const char *name = import->aliases[i].name;
		enum store_add_result result = store_alias_add(
			importing->store, importing->account->id, name,
			importing->now, error);

		if (result != STORE_ADDED)
			return explain(result, name, error);
	}
	return STORE_ADDED;
}

static int add_credential(const struct importing *importing,
			  const struct credential *credential,
			  struct error *error)
{
	struct store *store = importing->store;
	const char *id = importing->account->id;

	if (store_credential_set(store, id, credential, error) < 0)
		return -1;
	if (credential->last_used_at == 0)
		return 0;
	return store_credential_used(store, id, credential,
				     credential->last_used_at, error);
}

static int add_credentials(const struct importing *importing,
			   struct error *error)
{
	const struct store_import *import = importing->import;
	int result = 0;

	for (size_t i = 0; i < import->credential_count && result >= 0; i++) {
		struct credential credential = import->credentials[i];

		if (credential.set_at == 0)
			credential.set_at = importing->now;
		result = add_credential(importing, &credential, error);
		secret_wipe(&credential, sizeof(credential));
	}
	return result < 0 ? -1 : 0;
}

static int add_all(void *context, struct error *error)
{
	const struct importing *importing = context;
	const struct account *account = importing->account;
	enum store_add_result result =
		claim_id(importing->store, account->id, error);

	if (result != STORE_ADDED)
		return result;
	result = explain(store_account_insert(importing->store, account,
					      importing->now, true, error),
			 account->name, error);
	if (result == STORE_ADDED)
		result = add_aliases(importing, error);
	if (result == STORE_ADDED && add_credentials(importing, error) < 0)
		result = STORE_ADD_FAILED;
	return result;
}

/* The credentials are committed first: a crash between the two databases
   leaves credentials without an account. */
static int add_in_credentials(void *context, struct error *error)
{
	const struct importing *importing = context;

	return database_transaction(importing->store->credentials, add_all,
				    context, STORE_ADDED, error);
}

enum store_add_result store_import(struct store *store,
				   const struct store_import *import,
				   int64_t now, struct error *error)
{
	struct account account;
	struct importing importing = {store, import, &account, now};

	if (store_check_credentials(store, error) < 0 ||
	    store_account_make(import->account, ACCOUNT_COLUMN_IMPORTED, now,
			       &account, error) < 0)
		return STORE_ADD_FAILED;
	return database_transaction(store->accounts, add_in_credentials,
				    &importing, STORE_ADDED, error);
}
