/* SPDX-License-Identifier: MIT
 *
 * The account store: finds the kind of store that a location names, checks
 * what no kind may be handed, and passes every call on.
 */
#include "lib/store/store.h"

#include <sodium.h>
#include <string.h>

#include "lib/configuration/store-location.h"
#include "lib/store/backend.h"
#include "lib/store/checks.h"

#define ID_RANDOM_BYTES 16

_Static_assert(2 * ID_RANDOM_BYTES + 1 == ACCOUNT_ID_BYTES,
	       "an id in hex must fill its field");

/* Finds the back end and what it is to open: *place_r. Returns NULL with an
   error when there is none for the location. */
static const struct store_backend *
find_backend(const char *location, const char **place_r, struct error *error)
{
	struct store_location parsed;

	if (store_location_parse(location, &parsed, error) < 0)
		return NULL;
	*place_r = parsed.place;
	return &store_sqlite_backend;
}

int store_open(const char *location, enum store_access access,
	       struct store **store_r, struct error *error)
{
	const char *place;
	const struct store_backend *backend =
		find_backend(location, &place, error);

	if (backend == NULL || backend->open(place, access, store_r, error) < 0)
		return -1;
	(*store_r)->backend = backend;
	(*store_r)->access = access;
	store_set_actor(*store_r, "-", "-");
	return 0;
}

void store_close(struct store **store)
{
	if (*store == NULL)
		return;
	(*store)->backend->close(*store);
	*store = NULL;
}

int store_create(const char *location, struct error *error)
{
	const char *place;
	const struct store_backend *backend =
		find_backend(location, &place, error);

	return backend == NULL ? -1 : backend->create(place, error);
}

int store_layout_check(const char *location, struct error *error)
{
	const char *place;
	const struct store_backend *backend =
		find_backend(location, &place, error);

	return backend == NULL ? -1 : backend->layout_check(place, error);
}

/* ---- accounts ---- */

int store_account_by_name(struct store *store, const char *name,
			  struct account *account_r, struct error *error)
{
	return store->backend->account_by_name(store, name, account_r, error);
}

int store_account_by_id(struct store *store, const char *id,
			struct account *account_r, struct error *error)
{
	return store->backend->account_by_id(store, id, account_r, error);
}

int store_account_by_local_part(struct store *store, const char *name,
				struct account *account_r, struct error *error)
{
	return store->backend->account_by_local_part(store, name, account_r,
						     error);
}

int store_make_id(char id_r[ACCOUNT_ID_BYTES], struct error *error)
{
	unsigned char bytes[ID_RANDOM_BYTES];

	/* May be called from any thread, any number of times. */
	if (sodium_init() < 0)
		return error_set(error, "libsodium cannot be initialised");
	randombytes_buf(bytes, sizeof(bytes));
	(void)sodium_bin2hex(id_r, ACCOUNT_ID_BYTES, bytes, sizeof(bytes));
	return 0;
}

enum store_add_result store_account_add(struct store *store,
					struct account *account, int64_t now,
					struct error *error)
{
	struct account added = {
		.enabled = account->enabled,
		.created_at = now,
		/* What holds for the address that may come. */
		.forward_keep_copy = true,
		.has_own_quota = account->has_own_quota,
		.own_quota = account->has_own_quota ? account->own_quota : 0,
	};
	enum store_add_result result;

	memcpy(added.name, account->name, sizeof(added.name));
	memcpy(added.class_name, account->class_name, sizeof(added.class_name));
	memcpy(added.directory, account->directory, sizeof(added.directory));
	memcpy(added.directory_id, account->directory_id,
	       sizeof(added.directory_id));
	if (added.name[0] == '\0') {
		(void)error_set(error, "an account must have a name");
		return STORE_ADD_FAILED;
	}
	if (store_check_not_negative("quota", added.own_quota, error) < 0 ||
	    store_make_id(added.id, error) < 0)
		return STORE_ADD_FAILED;
	result = store->backend->account_add(store, &added, now, error);
	if (result == STORE_ADDED)
		*account = added;
	return result;
}

int store_accounts_after(struct store *store, const char *after,
			 struct account *accounts_r, size_t max,
			 size_t *count_r, struct error *error)
{
	return store->backend->accounts_after(store, after, accounts_r, max,
					      count_r, error);
}

int store_account_set_enabled(struct store *store, const char *id, bool enabled,
			      struct error *error)
{
	return store->backend->account_set_enabled(store, id, enabled, error);
}

int store_account_set_class(struct store *store, const char *id,
			    const char *class_name, struct error *error)
{
	if (store_check_text("class", class_name, ACCOUNT_CLASS_BYTES, error) <
	    0)
		return -1;
	return store->backend->account_set_class(store, id, class_name, error);
}

int store_account_pin(struct store *store, const char *id,
		      const char *directory, const char *directory_id,
		      struct error *error)
{
	if (store_check_text("directory's name", directory,
			     ACCOUNT_DIRECTORY_BYTES, error) < 0 ||
	    store_check_text("directory id", directory_id,
			     ACCOUNT_DIRECTORY_ID_BYTES, error) < 0)
		return -1;
	if ((directory[0] == '\0') != (directory_id[0] == '\0'))
		return error_set(error, "a pin needs a directory and an id");
	return store->backend->account_pin(store, id, directory, directory_id,
					   error);
}

int store_account_set_denied(struct store *store, const char *id,
			     int64_t denied_at, struct error *error)
{
	if (store_check_not_negative("time", denied_at, error) < 0)
		return -1;
	return store->backend->account_set_denied(store, id, denied_at, error);
}

int store_account_set_other(struct store *store, const char *id,
			    const char *directory, const char *directory_id,
			    struct error *error)
{
	if (store_check_text("directory's name", directory,
			     ACCOUNT_DIRECTORY_BYTES, error) < 0 ||
	    store_check_text("directory id", directory_id,
			     ACCOUNT_DIRECTORY_ID_BYTES, error) < 0)
		return -1;
	return store->backend->account_set_other(store, id, directory,
						 directory_id, error);
}

int store_account_set_last_tier(struct store *store, const char *id,
				const char *tier, struct error *error)
{
	if (store_check_text("tier", tier, ACCOUNT_DIRECTORY_BYTES, error) < 0)
		return -1;
	return store->backend->account_set_last_tier(store, id, tier, error);
}

int store_account_set_backend(struct store *store, const char *id,
			      const char *host, struct error *error)
{
	if (store_check_text("backend", host, ACCOUNT_BACKEND_BYTES, error) < 0)
		return -1;
	return store->backend->account_set_backend(store, id, host, error);
}

int store_account_set_quota(struct store *store, const char *id,
			    const int64_t *bytes, struct error *error)
{
	if (bytes != NULL &&
	    store_check_not_negative("quota", *bytes, error) < 0)
		return -1;
	return store->backend->account_set_quota(store, id, bytes, error);
}

int store_account_set_retention(struct store *store, const char *id,
				const int64_t *seconds, struct error *error)
{
	if (seconds != NULL &&
	    store_check_not_negative("retention", *seconds, error) < 0)
		return -1;
	return store->backend->account_set_retention(store, id, seconds, error);
}

int store_account_set_forward(struct store *store, const char *id,
			      const char *address, bool keep_copy,
			      struct error *error)
{
	if (store_check_text("forwarding address", address, ADDRESS_BYTES,
			     error) < 0)
		return -1;
	return store->backend->account_set_forward(store, id, address,
						   keep_copy, error);
}

int store_account_delete(struct store *store, const char *id,
			 int64_t quarantine_until, struct error *error)
{
	if (store_check_credentials(store, error) < 0)
		return -1;
	return store->backend->account_delete(store, id, quarantine_until,
					      error);
}

/* ---- aliases ---- */

enum store_add_result store_alias_add(struct store *store,
				      const char *account_id, const char *name,
				      int64_t now, struct error *error)
{
	if (name[0] == '\0') {
		(void)error_set(error, "an alias must have a name");
		return STORE_ADD_FAILED;
	}
	if (store_check_text("alias", name, ADDRESS_LOCAL_BYTES, error) < 0)
		return STORE_ADD_FAILED;
	return store->backend->alias_add(store, account_id, name, now, error);
}

int store_alias_remove(struct store *store, const char *account_id,
		       const char *name, int64_t quarantine_until,
		       struct error *error)
{
	return store->backend->alias_remove(store, account_id, name,
					    quarantine_until, error);
}

int store_aliases(struct store *store, const char *account_id,
		  struct alias aliases_r[ALIASES_MAX], size_t *count_r,
		  struct error *error)
{
	return store->backend->aliases(store, account_id, aliases_r, count_r,
				       error);
}

/* ---- forwarding and sending ---- */

int store_activity(struct store *store, const char *account_id,
		   struct activity *activity_r, struct error *error)
{
	return store->backend->activity(store, account_id, activity_r, error);
}

int store_activity_add(struct store *store, const struct account_activity *more,
		       size_t count, struct error *error)
{
	return store->backend->activity_add(store, more, count, error);
}

int store_sending_block(struct store *store, const char *account_id, int64_t at,
			const char *reason, struct error *error)
{
	if (at <= 0)
		return error_set(error, "a block must have a time");
	if (store_check_text("reason", reason, ACCOUNT_BLOCK_REASON_BYTES,
			     error) < 0)
		return -1;
	return store->backend->sending_block(store, account_id, at, reason,
					     error);
}

int store_sending_unblock(struct store *store, const char *account_id,
			  struct error *error)
{
	return store->backend->sending_unblock(store, account_id, error);
}

/* ---- what mail processes publish ---- */

int store_usage_set(struct store *store, const char *id,
		    const struct usage_count *count, int64_t latest,
		    struct error *error)
{
	if (store_check_not_negative("time of counting", count->counted_at,
				     error) < 0)
		return -1;
	return store->backend->usage_set(store, id, count, latest, error);
}

int store_usage_add(struct store *store, const char *name,
		    const struct usage_saved *saved, int64_t now,
		    struct account *account_r, struct error *error)
{
	if (store_check_not_negative("number of bytes", saved->bytes, error) <
		    0 ||
	    store_check_not_negative("number of messages", saved->messages,
				     error) < 0)
		return -1;
	return store->backend->usage_add(store, name, saved, now, account_r,
					 error);
}

int store_warning_set(struct store *store, const char *id, int warned_before,
		      int warned, int due, struct error *error)
{
	return store->backend->warning_set(store, id, warned_before, warned,
					   due, error);
}

int store_warnings_due(struct store *store, const char *after_id,
		       struct account *accounts_r, size_t max, size_t *count_r,
		       struct error *error)
{
	return store->backend->warnings_due(store, after_id, accounts_r, max,
					    count_r, error);
}

int store_warning_take(struct store *store, const char *id, int due,
		       const char *token, struct error *error)
{
	if (store_check_text("token", token, ACCOUNT_TOKEN_BYTES, error) < 0)
		return -1;
	return store->backend->warning_take(store, id, due, token, error);
}

int store_warning_delivered(struct store *store, const char *id,
			    const char *token, struct error *error)
{
	if (token[0] == '\0')
		return error_set(error, "a warning's token must not be empty");
	return store->backend->warning_delivered(store, id, token, error);
}

int store_trash_saved(struct store *store, const char *id, int64_t saved_at,
		      struct error *error)
{
	if (saved_at <= 0)
		return error_set(error, "a save time must be positive");
	return store->backend->trash_saved(store, id, saved_at, error);
}

int store_trash_expired(struct store *store, const char *id, int64_t generation,
			int64_t oldest, struct error *error)
{
	if (store_check_not_negative("oldest save time", oldest, error) < 0)
		return -1;
	return store->backend->trash_expired(store, id, generation, oldest,
					     error);
}

int store_trash_older_than(struct store *store, int64_t cutoff, int64_t now,
			   int64_t after_oldest, const char *after_id,
			   struct account *accounts_r, size_t max,
			   size_t *count_r, struct error *error)
{
	return store->backend->trash_older_than(
		store, cutoff, now, after_oldest, after_id, accounts_r, max,
		count_r, error);
}

/* ---- credentials ---- */

int store_credentials(struct store *store, const char *account_id,
		      struct credential credentials_r[CREDENTIALS_MAX],
		      size_t *count_r, struct error *error)
{
	if (store_check_credentials(store, error) < 0)
		return -1;
	return store->backend->credentials(store, account_id, credentials_r,
					   count_r, error);
}

int store_credential_set(struct store *store, const char *account_id,
			 const struct credential *credential,
			 struct error *error)
{
	if (store_check_credentials(store, error) < 0)
		return -1;
	if (credential->hash[0] == '\0')
		return error_set(error, "a credential needs a hash");
	return store->backend->credential_set(store, account_id, credential,
					      error);
}

int store_credential_add(struct store *store, const char *account_id,
			 const struct credential *credential,
			 struct error *error)
{
	if (store_check_credentials(store, error) < 0)
		return -1;
	if (credential->hash[0] == '\0')
		return error_set(error, "a credential needs a hash");
	return store->backend->credential_add(store, account_id, credential,
					      error);
}

int store_credential_used(struct store *store, const char *account_id,
			  const struct credential *credential, int64_t now,
			  struct error *error)
{
	if (store_check_credentials(store, error) < 0)
		return -1;
	return store->backend->credential_used(store, account_id, credential,
					       now, error);
}

int store_credential_clear(struct store *store, const char *account_id,
			   enum credential_kind kind, const char *label,
			   struct error *error)
{
	if (store_check_credentials(store, error) < 0)
		return -1;
	return store->backend->credential_clear(store, account_id, kind, label,
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
	return store->backend->credential_rehash(store, account_id, old, hash,
						 error);
}
