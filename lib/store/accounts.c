/* SPDX-License-Identifier: MIT
 *
 * Accounts: look-ups, additions, changes, and the end of one; see
 * lib/store/store.h.
 */
#include <sodium.h>
#include <stdio.h>

#include "lib/store/checks.h"
#include "lib/store/handle.h"

#define ID_RANDOM_BYTES 16

_Static_assert(2 * ID_RANDOM_BYTES + 1 == ACCOUNT_ID_BYTES,
	       "an id in hex must fill its field");

/* ---- look-ups ---- */

int store_account_find(struct store *store, enum accounts_statement statement,
		       const char *key, struct account *account_r,
		       struct error *error)
{
	return database_find(store->accounts, statement,
			     BINDINGS(bind_text(key)), account_r, error);
}

int store_account_list(struct store *store, enum accounts_statement statement,
		       const struct binding *bindings, size_t binding_count,
		       struct account *accounts_r, size_t max, size_t *count_r,
		       struct error *error)
{
	return database_list(store->accounts, statement, bindings,
			     binding_count, accounts_r, max, count_r, error) < 0
		       ? -1
		       : 0;
}

int store_account_by_name(struct store *store, const char *name,
			  struct account *account_r, struct error *error)
{
	return store_account_find(store, ACCOUNT_BY_NAME, name, account_r,
				  error);
}

int store_account_by_id(struct store *store, const char *id,
			struct account *account_r, struct error *error)
{
	return store_account_find(store, ACCOUNT_BY_ID, id, account_r, error);
}

int store_account_by_local_part(struct store *store, const char *name,
				struct account *account_r, struct error *error)
{
	return store_account_find(store, ACCOUNT_BY_LOCAL_PART, name, account_r,
				  error);
}

int store_accounts_after(struct store *store, const char *after,
			 struct account *accounts_r, size_t max,
			 size_t *count_r, struct error *error)
{
	return store_account_list(
		store, ACCOUNTS_AFTER,
		BINDINGS(bind_text(after), bind_number((int64_t)max)),
		accounts_r, max, count_r, error);
}

/* ---- additions ---- */

static int make_id(char id_r[ACCOUNT_ID_BYTES], struct error *error)
{
	unsigned char bytes[ID_RANDOM_BYTES];

	/* May be called from any thread, any number of times. */
	if (sodium_init() < 0)
		return error_set(error, "libsodium cannot be initialised");
	randombytes_buf(bytes, sizeof(bytes));
	(void)sodium_bin2hex(id_r, ACCOUNT_ID_BYTES, bytes, sizeof(bytes));
	return 0;
}

int store_account_make(const struct account *given, unsigned int flag,
		       int64_t now, struct account *account_r,
		       struct error *error)
{
	*account_r = (struct account){.id = ""};
	columns_copy(&account_columns, flag, given, account_r);
	if (account_r->name[0] == '\0')
		return error_set(error, "an account must have a name");
	if (!account_r->has_own_quota)
		account_r->own_quota = 0;
	if (!account_r->has_own_retention)
		account_r->own_retention = 0;
	if (store_check_not_negative("quota", account_r->own_quota, error) <
		    0 ||
	    store_check_not_negative("retention", account_r->own_retention,
				     error) < 0)
		return -1;
	/* This holds for the address that may come. */
	if (!account_forwards(account_r))
		account_r->forward_keep_copy = true;
	if (account_r->created_at == 0)
		account_r->created_at = now;
	if (account_r->id[0] == '\0')
		return make_id(account_r->id, error);
	if (!account_id_is_valid(account_r->id))
		return error_set(error, "\"%s\" is no id of an account",
				 account_r->id);
	return 0;
}

/* Returns 1, 0 if the name is taken, or -1. */
static int insert_row(struct store *store, const struct account *account,
		      struct error *error)
{
	struct binding values[DATABASE_PARAMETERS_MAX];

	columns_bind(&account_columns, account, values);
	return database_change(store->accounts, ACCOUNT_INSERT, values,
			       account_columns.count, error);
}

static int audit_addition(struct store *store, const struct account *account,
			  bool is_imported, struct error *error)
{
	const char *enabled = account->enabled ? "enabled" : "disabled";
	const char *pinned_to =
		account_is_pinned(account) ? account->directory : "nothing";
	char detail[AUDIT_DETAIL_BYTES];

	if (is_imported)
		(void)snprintf(detail, sizeof(detail),
			       "imported, class %s, %s, pinned to %s, %s %s",
			       account->class_name, enabled, pinned_to,
			       account_forwards(account) ? "forwarded to"
							 : "not forwarded",
			       account->forward_address);
	else
		(void)snprintf(detail, sizeof(detail),
			       "class %s, %s, pinned to %s%s%s",
			       account->class_name, enabled, pinned_to,
			       account_is_pinned(account) ? " " : "",
			       account->directory_id);
	return store_audit_write(store, account->id, AUDIT_ACCOUNT_ADD, detail,
				 error);
}

struct addition {
	struct store *store;
	const struct account *account;
	int64_t now;
	bool is_imported;
};

static int add_account(void *context, struct error *error)
{
	const struct addition *addition = context;
	struct store *store = addition->store;
	const struct account *account = addition->account;
	int result = store_name_check(store, account->name, account->id,
				      addition->now, error);

	if (result != STORE_ADDED)
		return result;
	result = insert_row(store, account, error);
	if (result <= 0)
		return result < 0 ? STORE_ADD_FAILED : STORE_NAME_TAKEN;
	if (store_name_release(store, account->name, error) < 0 ||
	    audit_addition(store, account, addition->is_imported, error) < 0)
		return STORE_ADD_FAILED;
	return STORE_ADDED;
}

enum store_add_result store_account_insert(struct store *store,
					   const struct account *account,
					   int64_t now, bool is_imported,
					   struct error *error)
{
	struct addition addition = {store, account, now, is_imported};

	return database_transaction(store->accounts, add_account, &addition,
				    STORE_ADDED, error);
}

enum store_add_result store_account_add(struct store *store,
					struct account *account, int64_t now,
					struct error *error)
{
	struct account added;
	enum store_add_result result;

	if (store_account_make(account, ACCOUNT_COLUMN_ADDED, now, &added,
			       error) < 0)
		return STORE_ADD_FAILED;
	result = store_account_insert(store, &added, now, false, error);
	if (result == STORE_ADDED)
		*account = added;
	return result;
}

/* ---- changes ---- */

int store_account_set_enabled(struct store *store, const char *id, bool enabled,
			      struct error *error)
{
	return store_account_change(
		store, id, ACCOUNT_SET_ENABLED,
		BINDINGS(bind_text(id), bind_switch(enabled)), error);
}

int store_account_set_class(struct store *store, const char *id,
			    const char *class_name, struct error *error)
{
	if (store_check_text("class", class_name, ACCOUNT_CLASS_BYTES, error) <
	    0)
		return -1;
	return store_account_change(
		store, id, ACCOUNT_SET_CLASS,
		BINDINGS(bind_text(id), bind_text(class_name)), error);
}

static int check_entry(const char *directory, const char *directory_id,
		       struct error *error)
{
	if (store_check_text("directory's name", directory,
			     ACCOUNT_DIRECTORY_BYTES, error) < 0)
		return -1;
	return store_check_text("directory id", directory_id,
				ACCOUNT_DIRECTORY_ID_BYTES, error);
}

int store_account_pin(struct store *store, const char *id,
		      const char *directory, const char *directory_id,
		      struct error *error)
{
	if (check_entry(directory, directory_id, error) < 0)
		return -1;
	if ((directory[0] == '\0') != (directory_id[0] == '\0'))
		return error_set(error, "a pin needs a directory and an id");
	return store_account_change(store, id, ACCOUNT_PIN,
				    BINDINGS(bind_text(id),
					     bind_text(directory),
					     bind_text(directory_id)),
				    error);
}

int store_account_set_denied(struct store *store, const char *id,
			     int64_t denied_at, struct error *error)
{
	if (store_check_not_negative("time", denied_at, error) < 0)
		return -1;
	return store_account_change(
		store, id, ACCOUNT_SET_DENIED,
		BINDINGS(bind_text(id), bind_number(denied_at)), error);
}

int store_account_set_other(struct store *store, const char *id,
			    const char *directory, const char *directory_id,
			    struct error *error)
{
	if (check_entry(directory, directory_id, error) < 0)
		return -1;
	return database_change(store->accounts, ACCOUNT_SET_OTHER,
			       BINDINGS(bind_text(id), bind_text(directory),
					bind_text(directory_id)),
			       error);
}

int store_account_set_last_tier(struct store *store, const char *id,
				const char *tier, struct error *error)
{
	if (store_check_text("tier", tier, ACCOUNT_DIRECTORY_BYTES, error) < 0)
		return -1;
	return database_change(store->accounts, ACCOUNT_SET_LAST_TIER,
			       BINDINGS(bind_text(id), bind_text(tier)), error);
}

int store_account_set_backend(struct store *store, const char *id,
			      const char *host, struct error *error)
{
	if (store_check_text("backend", host, ACCOUNT_BACKEND_BYTES, error) < 0)
		return -1;
	return store_account_change(store, id, ACCOUNT_SET_BACKEND,
				    BINDINGS(bind_text(id), bind_text(host)),
				    error);
}

int store_account_set_quota(struct store *store, const char *id,
			    const int64_t *bytes, struct error *error)
{
	if (bytes != NULL &&
	    store_check_not_negative("quota", *bytes, error) < 0)
		return -1;
	return store_account_change(
		store, id, ACCOUNT_SET_QUOTA,
		BINDINGS(bind_text(id), bind_optional_number(bytes)), error);
}

int store_account_set_retention(struct store *store, const char *id,
				const int64_t *seconds, struct error *error)
{
	if (seconds != NULL &&
	    store_check_not_negative("retention", *seconds, error) < 0)
		return -1;
	return store_account_change(
		store, id, ACCOUNT_SET_RETENTION,
		BINDINGS(bind_text(id), bind_optional_number(seconds)), error);
}

int store_account_set_forward(struct store *store, const char *id,
			      const char *address, bool keep_copy,
			      struct error *error)
{
	if (store_check_text("forwarding address", address, ADDRESS_BYTES,
			     error) < 0)
		return -1;
	return store_account_change(store, id, ACCOUNT_SET_FORWARD,
				    BINDINGS(bind_text(id), bind_text(address),
					     bind_switch(keep_copy)),
				    error);
}

/* ---- the end ---- */

struct deletion {
	struct store *store;
	const char *id;
	int64_t quarantine_until;
};

/* The names go into quarantine while the account still tells them. */
static int delete_account(void *context, struct error *error)
{
	const struct deletion *deletion = context;
	struct store *store = deletion->store;
	const char *id = deletion->id;
	int result = database_change(
		store->accounts, QUARANTINE_ACCOUNT,
		BINDINGS(bind_text(id),
			 bind_number(deletion->quarantine_until)),
		error);

	if (result <= 0)
		return result;
	if (store_audit_write(store, id, AUDIT_ACCOUNT_PURGE, "", error) < 0 ||
	    store_aliases_delete(store, id, deletion->quarantine_until, error) <
		    0 ||
	    database_change(store->accounts, ACTIVITY_DELETE,
			    BINDINGS(bind_text(id)), error) < 0 ||
	    database_change(store->accounts, PENDING_CLEAR,
			    BINDINGS(bind_text(id)), error) < 0)
		return -1;
	return database_change(store->accounts, ACCOUNT_DELETE,
			       BINDINGS(bind_text(id)), error);
}

int store_account_delete(struct store *store, const char *id,
			 int64_t quarantine_until, struct error *error)
{
	struct deletion deletion = {store, id, quarantine_until};

	/* Credentials first, so that a crash in between leaves an account
	   without passwords, and not passwords without an account. */
	if (store_check_credentials(store, error) < 0 ||
	    store_credentials_delete(store, id, error) < 0)
		return -1;
	return database_transaction(store->accounts, delete_account, &deletion,
				    1, error);
}
