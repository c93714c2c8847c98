/* SPDX-License-Identifier: MIT
 *
 * Accounts that come from elsewhere; see lib/store/import.h.
 */
#include "lib/store/import.h"

#include <string.h>

#include "lib/base/secret.h"
#include "lib/store/backend.h"
#include "lib/store/checks.h"

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

/* 1 = no account, deleted or not, has it, so nothing of another's can hang on
   it. */
static int id_is_free(struct store *store, const struct account *account,
		      struct error *error)
{
	switch (store->backend->account_id_exists(store, account->id, error)) {
	case 0:
		return 1;
	case 1:
		(void)error_set(error, "the id %s is another account's",
				account->id);
		return 0;
	default:
		return -1;
	}
}

static enum store_add_result add_aliases(struct store *store,
					 const struct store_import *import,
					 const char *id, int64_t now,
					 struct error *error)
{
	for (size_t i = 0; i < import->alias_count; i++) {
		const char *name = import->aliases[i].name;
		enum store_add_result result =
			store->backend->alias_add(store, id, name, now, error);

		if (result != STORE_ADDED)
			return explain(result, name, error);
	}
	return STORE_ADDED;
}

static int add_credentials(struct store *store,
			   const struct store_import *import, const char *id,
			   int64_t now, struct error *error)
{
	int result = 0;

	for (size_t i = 0; i < import->credential_count && result == 0; i++) {
		struct credential credential = import->credentials[i];

		if (credential.set_at == 0)
			credential.set_at = now;
		result = store_credential_set(store, id, &credential, error);
		if (result == 0 && credential.last_used_at != 0 &&
		    store_credential_used(store, id, &credential,
					  credential.last_used_at, error) < 0)
			result = -1;
		secret_wipe(&credential, sizeof(credential));
	}
	return result;
}

static enum store_add_result add_all(struct store *store,
				     const struct store_import *import,
				     struct account *account, int64_t now,
				     struct error *error)
{
	enum store_add_result result;
	/* An id that was made here is nobody's. */
	int is_free = import->account->id[0] == '\0'
			      ? 1
			      : id_is_free(store, account, error);

	if (is_free <= 0)
		return is_free < 0 ? STORE_ADD_FAILED : STORE_NAME_TAKEN;
	result = explain(
		store->backend->account_import(store, account, now, error),
		account->name, error);
	if (result == STORE_ADDED)
		result = add_aliases(store, import, account->id, now, error);
	if (result == STORE_ADDED &&
	    add_credentials(store, import, account->id, now, error) < 0)
		result = STORE_ADD_FAILED;
	return result;
}

static int check(const struct store *store, const struct account *account,
		 struct error *error)
{
	if (account->name[0] == '\0')
		return error_set(error, "an account must have a name");
	if (store_check_not_negative("quota", account->own_quota, error) < 0 ||
	    store_check_not_negative("retention", account->own_retention,
				     error) < 0)
		return -1;
	return store_check_credentials(store, error);
}

enum store_add_result store_import(struct store *store,
				   const struct store_import *import,
				   int64_t now, struct error *error)
{
	struct account account = *import->account;
	enum store_add_result result;

	if (check(store, &account, error) < 0 ||
	    (account.id[0] == '\0' && store_make_id(account.id, error) < 0))
		return STORE_ADD_FAILED;
	if (account.created_at == 0)
		account.created_at = now;
	if (store->backend->batch_begin(store, error) < 0)
		return STORE_ADD_FAILED;
	result = add_all(store, import, &account, now, error);
	if (result == STORE_ADDED &&
	    store->backend->batch_commit(store, error) < 0)
		result = STORE_ADD_FAILED;
	if (result != STORE_ADDED)
		store->backend->batch_rollback(store);
	return result;
}
