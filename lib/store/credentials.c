/* SPDX-License-Identifier: MIT
 *
 * Credentials; see lib/store/store.h.
 */
#include "lib/base/secret.h"
#include "lib/store/checks.h"
#include "lib/store/handle.h"

/* What the audit trail says of them. */
static const struct {
	const char *set, *clear;
} actions[] = {
	[CREDENTIAL_PASSWORD] = {AUDIT_PASSWORD_SET, AUDIT_PASSWORD_CLEAR},
	[CREDENTIAL_LEARNED] = {AUDIT_LEARNED_SET, AUDIT_LEARNED_CLEAR},
	[CREDENTIAL_APP] = {AUDIT_APP_PASSWORD_ADD, AUDIT_APP_PASSWORD_REVOKE},
	[CREDENTIAL_INVITE] = {AUDIT_INVITE_ADD, AUDIT_INVITE_CLEAR},
};

static struct binding bind_kind(enum credential_kind kind)
{
	return bind_text(credential_kind_words[kind]);
}

int store_credentials(struct store *store, const char *account_id,
		      struct credential credentials_r[CREDENTIALS_MAX],
		      size_t *count_r, struct error *error)
{
	int result;

	*count_r = 0;
	if (store_check_credentials(store, error) < 0)
		return -1;
	result = database_list(store->credentials, CREDENTIALS_OF,
			       BINDINGS(bind_text(account_id)), credentials_r,
			       CREDENTIALS_MAX, count_r, error);
	/* check_count() does not let it come to this. */
	if (result > 0)
		result = error_set(error,
				   "%s: an account has more than %d "
				   "credentials",
				   database_name(store->credentials),
				   CREDENTIALS_MAX);
	if (result < 0) {
		secret_wipe(credentials_r,
			    CREDENTIALS_MAX * sizeof(*credentials_r));
		*count_r = 0;
	}
	return result;
}

/* ---- setting ---- */

struct setting {
	struct store *store;
	const char *account_id;
	const struct credential *credential;
	bool is_addition; /* it must not be there yet */
};

/* How many others the account has: app passwords besides an app password, and
   all credentials besides another kind. Returns 0 or -1. */
static int count_others(const struct setting *setting, int64_t *count_r,
			struct error *error)
{
	const struct credential *credential = setting->credential;

	return database_find_number(setting->store->credentials,
				    credential->kind == CREDENTIAL_APP
					    ? CREDENTIALS_OTHERS_OF_KIND
					    : CREDENTIALS_OTHERS,
				    BINDINGS(bind_text(setting->account_id),
					     bind_kind(credential->kind),
					     bind_text(credential->label)),
				    count_r, error) < 0
		       ? -1
		       : 0;
}

/* Returns 0 if there is room for it, or -1. */
static int check_count(const struct setting *setting, struct error *error)
{
	bool is_app = setting->credential->kind == CREDENTIAL_APP;
	int64_t others;

	if (count_others(setting, &others, error) < 0)
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

/* Returns 1 set, 0 it is there already, or -1. */
static int set_credential(void *context, struct error *error)
{
	const struct setting *setting = context;
	struct database *database = setting->store->credentials;
	const struct credential *credential = setting->credential;
	const struct binding id = bind_text(setting->account_id);
	const struct binding kind = bind_kind(credential->kind);
	const struct binding label = bind_text(credential->label);
	int found = setting->is_addition
			    ? database_exists(database, CREDENTIAL_FIND,
					      BINDINGS(id, kind, label), error)
			    : 0;

	if (found != 0)
		return found < 0 ? -1 : 0;
	if (check_count(setting, error) < 0)
		return -1;
	if (credential->kind == CREDENTIAL_PASSWORD &&
	    database_change(
		    database, CREDENTIAL_CLEAR,
		    BINDINGS(id, bind_kind(CREDENTIAL_INVITE), bind_text("")),
		    error) < 0)
		return -1;
	return database_change(database, CREDENTIAL_SET,
			       BINDINGS(id, kind, label,
					bind_text(credential->hash),
					bind_number(credential->set_at),
					bind_number(credential->expires_at)),
			       error);
}

/* Sets it, and then writes its entry, which is in the other database. */
static int set_and_audit(struct setting *setting, struct error *error)
{
	struct store *store = setting->store;
	const struct credential *credential = setting->credential;
	int result;

	if (store_check_credentials(store, error) < 0)
		return -1;
	if (credential->hash[0] == '\0')
		return error_set(error, "a credential needs a hash");
	result = database_transaction(store->credentials, set_credential,
				      setting, 1, error);
	if (result > 0 && store_audit_write(store, setting->account_id,
					    actions[credential->kind].set,
					    credential->label, error) < 0)
		result = -1;
	return result;
}

int store_credential_set(struct store *store, const char *account_id,
			 const struct credential *credential,
			 struct error *error)
{
	struct setting setting = {store, account_id, credential, false};

	return set_and_audit(&setting, error) < 0 ? -1 : 0;
}

int store_credential_add(struct store *store, const char *account_id,
			 const struct credential *credential,
			 struct error *error)
{
	struct setting setting = {store, account_id, credential, true};

	return set_and_audit(&setting, error);
}

/* ---- other changes ---- */

int store_credential_used(struct store *store, const char *account_id,
			  const struct credential *credential, int64_t now,
			  struct error *error)
{
	if (store_check_credentials(store, error) < 0)
		return -1;
	return database_change(
		store->credentials, CREDENTIAL_USED,
		BINDINGS(bind_text(account_id), bind_kind(credential->kind),
			 bind_text(credential->label), bind_number(now),
			 bind_number(now - CREDENTIAL_USED_SECONDS)),
		error);
}

int store_credential_rehash(struct store *store, const char *account_id,
			    const struct credential *old, const char *hash,
			    struct error *error)
{
	if (store_check_credentials(store, error) < 0)
		return -1;
	if (hash[0] == '\0')
		return error_set(error, "a credential needs a hash");
	return database_change(store->credentials, CREDENTIAL_REHASH,
			       BINDINGS(bind_text(account_id),
					bind_kind(old->kind),
					bind_text(old->label),
					bind_text(old->hash), bind_text(hash)),
			       error);
}

int store_credential_clear(struct store *store, const char *account_id,
			   enum credential_kind kind, const char *label,
			   struct error *error)
{
	int result;

	if (store_check_credentials(store, error) < 0)
		return -1;
	result = database_change(store->credentials, CREDENTIAL_CLEAR,
				 BINDINGS(bind_text(account_id),
					  bind_kind(kind), bind_text(label)),
				 error);
	if (result > 0 &&
	    store_audit_write(store, account_id, actions[kind].clear, label,
			      error) < 0)
		result = -1;
	return result;
}

int store_credentials_delete(struct store *store, const char *account_id,
			     struct error *error)
{
	const struct binding id = bind_text(account_id);

	if (database_change(store->credentials, CREDENTIALS_DELETE,
			    BINDINGS(id), error) < 0 ||
	    database_change(store->credentials, ATTEMPTS_DELETE, BINDINGS(id),
			    error) < 0)
		return -1;
	return 0;
}
