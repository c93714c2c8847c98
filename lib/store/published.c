/* SPDX-License-Identifier: MIT
 *
 * What mail processes publish of an account's mailbox: usage, the warnings
 * that follow from it, and news of Trash; see lib/store/store.h.
 */
#include "lib/store/checks.h"
#include "lib/store/handle.h"

/* ---- usage ---- */

/* Why a count changed nothing. */
static int usage_not_set(struct store *store, const char *id,
			 const struct usage_count *count, struct error *error)
{
	struct account account;
	int ret = store_account_by_id(store, id, &account, error);

	if (ret <= 0 || account.usage_counted_at > count->counted_at)
		return ret;
	/* What was added may be in this count or not. */
	ret = database_change(store->accounts, USAGE_FORGET_INBOX,
			      BINDINGS(bind_text(id)), error);
	return ret > 0 ? STORE_USAGE_AGAIN : ret;
}

int store_usage_set(struct store *store, const char *id,
		    const struct usage_count *count, int64_t latest,
		    struct error *error)
{
	int result;

	if (store_check_not_negative("time of counting", count->counted_at,
				     error) < 0)
		return -1;
	result = database_change(
		store->accounts, USAGE_SET,
		BINDINGS(bind_text(id), bind_number(count->bytes),
			 bind_number(count->messages),
			 bind_number(count->counted_at), bind_number(latest),
			 bind_number(count->uid_validity),
			 bind_number(count->uid_next)),
		error);
	return result == 0 ? usage_not_set(store, id, count, error) : result;
}

/* Why nothing was added. */
static int usage_not_added(struct store *store, const char *name,
			   const struct usage_saved *saved,
			   struct account *account_r, struct error *error)
{
	int ret = store_account_by_name(store, name, account_r, error);

	if (ret <= 0)
		return ret;
	if (account_r->usage_uid_validity == saved->uid_validity &&
	    account_r->usage_uid_next >= saved->first_uid + saved->messages)
		return 1;
	return STORE_USAGE_AGAIN;
}

int store_usage_add(struct store *store, const char *name,
		    const struct usage_saved *saved, int64_t now,
		    struct account *account_r, struct error *error)
{
	int result;

	if (store_check_not_negative("number of bytes", saved->bytes, error) <
		    0 ||
	    store_check_not_negative("number of messages", saved->messages,
				     error) < 0)
		return -1;
	result = database_find(
		store->accounts, USAGE_ADD,
		BINDINGS(bind_text(name), bind_number(saved->bytes),
			 bind_number(saved->messages),
			 bind_number(saved->uid_validity),
			 bind_number(saved->first_uid),
			 bind_number(saved->saved_at), bind_number(now)),
		account_r, error);
	return result == 0
		       ? usage_not_added(store, name, saved, account_r, error)
		       : result;
}

/* ---- warnings ---- */

int store_warning_set(struct store *store, const char *id, int warned_before,
		      int warned, int due, struct error *error)
{
	return database_change(store->accounts, WARNING_SET,
			       BINDINGS(bind_text(id),
					bind_number(warned_before),
					bind_number(warned), bind_number(due)),
			       error);
}

int store_warnings_due(struct store *store, const char *after_id,
		       struct account *accounts_r, size_t max, size_t *count_r,
		       struct error *error)
{
	return store_account_list(
		store, WARNINGS_DUE,
		BINDINGS(bind_text(after_id), bind_number((int64_t)max)),
		accounts_r, max, count_r, error);
}

int store_warning_take(struct store *store, const char *id, int due,
		       const char *token, struct error *error)
{
	if (store_check_text("token", token, ACCOUNT_TOKEN_BYTES, error) < 0)
		return -1;
	return database_change(
		store->accounts, WARNING_TAKE,
		BINDINGS(bind_text(id), bind_number(due), bind_text(token)),
		error);
}

int store_warning_delivered(struct store *store, const char *id,
			    const char *token, struct error *error)
{
	if (token[0] == '\0')
		return error_set(error, "a warning's token must not be empty");
	return database_change(store->accounts, WARNING_DELIVERED,
			       BINDINGS(bind_text(id), bind_text(token)),
			       error);
}

/* ---- Trash ---- */

int store_trash_saved(struct store *store, const char *id, int64_t saved_at,
		      struct error *error)
{
	if (saved_at <= 0)
		return error_set(error, "a save time must be positive");
	return database_change(store->accounts, TRASH_SAVED,
			       BINDINGS(bind_text(id), bind_number(saved_at)),
			       error);
}

int store_trash_expired(struct store *store, const char *id, int64_t generation,
			int64_t oldest, struct error *error)
{
	if (store_check_not_negative("oldest save time", oldest, error) < 0)
		return -1;
	return database_change(store->accounts, TRASH_EXPIRED,
			       BINDINGS(bind_text(id), bind_number(generation),
					bind_number(oldest)),
			       error);
}

int store_trash_older_than(struct store *store, int64_t cutoff, int64_t now,
			   int64_t after_oldest, const char *after_id,
			   struct account *accounts_r, size_t max,
			   size_t *count_r, struct error *error)
{
	return store_account_list(
		store, TRASH_OLDER_THAN,
		BINDINGS(bind_number(cutoff), bind_number(after_oldest),
			 bind_text(after_id), bind_number((int64_t)max),
			 bind_number(now)),
		accounts_r, max, count_r, error);
}
