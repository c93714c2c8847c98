/* SPDX-License-Identifier: MIT
 *
 * The account store in two SQLite files, accounts.db and credentials.db, so
 * that who may see accounts need not see password hashes. Commits are not
 * atomic across the two: a credential names the random id of its account, and
 * one whose account is gone opens nothing. Internal to the SQLite store; each
 * function is that of the same name in lib/store-backend.h.
 */
#ifndef ALUMNI_STORE_SQLITE_H
#define ALUMNI_STORE_SQLITE_H

#include "lib/store-backend.h"
#include "lib/store-sqlite-database.h"

struct store_sqlite {
	struct store store;
	struct database accounts;
	struct database credentials; /* zeroed without access to them */
};

/* Places in the list of statements on accounts. */
enum accounts_statement {
	ACCOUNT_BY_NAME,
	ACCOUNT_BY_ID,
	ACCOUNT_BY_LOCAL_PART,
	ACCOUNTS_AFTER,
	ACCOUNT_INSERT,
	ACCOUNT_SET_ENABLED,
	ACCOUNT_SET_CLASS,
	ACCOUNT_PIN,
	ACCOUNT_SET_DENIED,
	ACCOUNT_SET_OTHER,
	ACCOUNT_SET_LAST_TIER,
	ACCOUNT_SET_BACKEND,
	ACCOUNT_SET_QUOTA,
	ACCOUNT_SET_RETENTION,
	ACCOUNT_SET_FORWARD,
	ACCOUNT_DELETE,
	QUARANTINE_FIND,
	QUARANTINE_INSERT,
	QUARANTINE_DELETE,
	USAGE_SET,
	WARNING_SET,
	WARNINGS_DUE,
	WARNING_TAKE,
	WARNING_DELIVERED,
	TRASH_SAVED,
	TRASH_EXPIRED,
	TRASH_OLDER_THAN,
	ALIAS_FIND,
	ALIAS_COUNT,
	ALIAS_INSERT,
	ALIAS_DELETE,
	ALIASES_OF,
	ALIASES_QUARANTINE,
	ALIASES_DELETE,
	ACTIVITY_OF,
	ACTIVITY_ADD,
	ACTIVITY_CLEAR_SENT,
	ACTIVITY_DELETE,
	SENDING_BLOCK,
	SENDING_UNBLOCK,
	ACCOUNTS_STATEMENTS,
};

enum credentials_statement {
	CREDENTIALS_OF,
	CREDENTIALS_OTHERS,
	CREDENTIAL_SET,
	CREDENTIAL_REHASH,
	CREDENTIAL_CLEAR,
	CREDENTIALS_DELETE,
	CREDENTIALS_STATEMENTS,
};

static inline struct store_sqlite *store_sqlite_of(struct store *store)
{
	/* store is the first member. */
	return (struct store_sqlite *)store;
}

/* store-sqlite-accounts.c */
int sqlite_accounts_prepare(struct store_sqlite *store, struct error *error);
int sqlite_account_by_name(struct store *store, const char *name,
			   struct account *account_r, struct error *error);
int sqlite_account_by_id(struct store *store, const char *id,
			 struct account *account_r, struct error *error);
int sqlite_account_by_local_part(struct store *store, const char *name,
				 struct account *account_r,
				 struct error *error);
enum store_add_result sqlite_account_add(struct store *store,
					 const struct account *account,
					 int64_t now, struct error *error);
int sqlite_accounts_after(struct store *store, const char *after,
			  struct account *accounts_r, size_t max,
			  size_t *count_r, struct error *error);
int sqlite_account_set_enabled(struct store *store, const char *id,
			       bool enabled, struct error *error);
int sqlite_account_set_class(struct store *store, const char *id,
			     const char *class_name, struct error *error);
int sqlite_account_pin(struct store *store, const char *id,
		       const char *directory, const char *directory_id,
		       struct error *error);
int sqlite_account_set_denied(struct store *store, const char *id,
			      int64_t denied_at, struct error *error);
int sqlite_account_set_other(struct store *store, const char *id,
			     const char *directory, const char *directory_id,
			     struct error *error);
int sqlite_account_set_last_tier(struct store *store, const char *id,
				 const char *tier, struct error *error);
int sqlite_account_set_backend(struct store *store, const char *id,
			       const char *host, struct error *error);
int sqlite_account_set_quota(struct store *store, const char *id,
			     const int64_t *bytes, struct error *error);
int sqlite_account_set_retention(struct store *store, const char *id,
				 const int64_t *seconds, struct error *error);
int sqlite_account_set_forward(struct store *store, const char *id,
			       const char *address, bool keep_copy,
			       struct error *error);
int sqlite_account_delete(struct store *store, const char *id,
			  int64_t quarantine_until, struct error *error);
/* Reads up to max rows; query may be NULL, when it could not begin. */
int sqlite_read_accounts(struct database *database, sqlite3_stmt *query,
			 struct account *accounts_r, size_t max,
			 size_t *count_r, struct error *error);

/* Whether the name may not be given to this account yet: 1, 0 or -1. */
int sqlite_name_is_quarantined(struct database *database, const char *name,
			       const char *account_id, int64_t now,
			       struct error *error);

/* store-sqlite-aliases.c */
enum store_add_result sqlite_alias_add(struct store *store,
				       const char *account_id, const char *name,
				       int64_t now, struct error *error);
int sqlite_alias_remove(struct store *store, const char *account_id,
			const char *name, int64_t quarantine_until,
			struct error *error);
int sqlite_aliases(struct store *store, const char *account_id,
		   struct alias *aliases_r, size_t *count_r,
		   struct error *error);
/* Whether some account has the alias: 1, 0 or -1. */
int sqlite_alias_exists(struct database *database, const char *name,
			struct error *error);
/* Puts all of an account's into quarantine, and removes them. 0 or -1. */
int sqlite_aliases_delete(struct database *database, const char *account_id,
			  int64_t quarantine_until, struct error *error);

/* store-sqlite-activity.c */
int sqlite_activity(struct store *store, const char *account_id,
		    struct activity *activity_r, struct error *error);
int sqlite_activity_add(struct store *store,
			const struct account_activity *more, size_t count,
			struct error *error);
int sqlite_sending_block(struct store *store, const char *account_id,
			 int64_t at, const char *reason, struct error *error);
int sqlite_sending_unblock(struct store *store, const char *account_id,
			   struct error *error);

/* store-sqlite-published.c */
int sqlite_usage_set(struct store *store, const char *id, int64_t bytes,
		     int64_t messages, int64_t counted_at, int64_t now,
		     struct error *error);
int sqlite_warning_set(struct store *store, const char *id, int warned_before,
		       int warned, int due, struct error *error);
int sqlite_warnings_due(struct store *store, const char *after_id,
			struct account *accounts_r, size_t max, size_t *count_r,
			struct error *error);
int sqlite_warning_take(struct store *store, const char *id, int due,
			const char *token, struct error *error);
int sqlite_warning_delivered(struct store *store, const char *id,
			     const char *token, struct error *error);
int sqlite_trash_saved(struct store *store, const char *id, int64_t saved_at,
		       struct error *error);
int sqlite_trash_expired(struct store *store, const char *id,
			 int64_t generation, int64_t oldest,
			 struct error *error);
int sqlite_trash_older_than(struct store *store, int64_t cutoff, int64_t now,
			    int64_t after_oldest, const char *after_id,
			    struct account *accounts_r, size_t max,
			    size_t *count_r, struct error *error);

/* store-sqlite-credentials.c */
int sqlite_credentials_prepare(struct store_sqlite *store, struct error *error);
int sqlite_credentials(struct store *store, const char *account_id,
		       struct credential *credentials_r, size_t *count_r,
		       struct error *error);
int sqlite_credential_set(struct store *store, const char *account_id,
			  const struct credential *credential,
			  struct error *error);
int sqlite_credential_rehash(struct store *store, const char *account_id,
			     const struct credential *old, const char *hash,
			     struct error *error);
int sqlite_credential_clear(struct store *store, const char *account_id,
			    enum credential_kind kind, const char *label,
			    struct error *error);
/* Removes all of an account's. Returns 1 if there were any, 0, or -1. */
int sqlite_credentials_delete(struct store_sqlite *store,
			      const char *account_id, struct error *error);

#endif
