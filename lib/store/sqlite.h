/* SPDX-License-Identifier: MIT
 *
 * The account store in two SQLite files, accounts.db and credentials.db, so
 * that who may see accounts need not see password hashes. Commits are not
 * atomic across the two: a credential names the random id of its account, and
 * one whose account is gone opens nothing. Internal to the SQLite store; each
 * function is that of the same name in lib/store/backend.h.
 */
#ifndef ALUMNI_STORE_SQLITE_H
#define ALUMNI_STORE_SQLITE_H

#include "lib/store/backend.h"
#include "lib/database/database.h"

struct store_sqlite {
	struct store store;
	struct database accounts;
	struct database credentials; /* zeroed without access to them */
};

/* Places in the list of statements on accounts. */
enum accounts_statement {
	ACCOUNT_BY_NAME,
	ACCOUNT_BY_ID,
	ACCOUNT_EVEN_DELETED,
	ACCOUNT_NAME_FIND,
	ACCOUNT_BY_LOCAL_PART,
	ACCOUNTS_AFTER,
	ACCOUNT_INSERT,
	ACCOUNT_IMPORT,
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
	ACCOUNT_RETIRE,
	ACCOUNT_UNDELETE,
	DELETED_BY_NAME,
	DELETED_UNTIL,
	ACCOUNT_RENAME,
	QUARANTINE_NAME,
	QUARANTINE_FIND,
	QUARANTINE_INSERT,
	QUARANTINE_DELETE,
	USAGE_SET,
	USAGE_FORGET_INBOX,
	USAGE_ADD,
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
	AUDIT_INSERT,
	AUDIT_ALL,
	AUDIT_OF_ID,
	AUDIT_OF_NAME,
	AUDIT_PRUNE,
	AUDIT_PASSWORDS_CHANGED,
	PENDING_OF,
	PENDING_SET,
	PENDING_KEEP_COPY,
	PENDING_TRY,
	PENDING_CONFIRM,
	PENDING_CLEAR,
	ACCOUNTS_STATEMENTS,
};

enum credentials_statement {
	CREDENTIALS_OF,
	CREDENTIALS_OTHERS,
	CREDENTIAL_FIND,
	CREDENTIAL_SET,
	CREDENTIAL_USED,
	CREDENTIAL_REHASH,
	CREDENTIAL_CLEAR,
	CREDENTIALS_DELETE,
	CREDENTIALS_OWNERS,
	ATTEMPTS_OF,
	ATTEMPTS_SET,
	ATTEMPTS_GIVE_BACK,
	ATTEMPTS_CLEAR,
	ATTEMPTS_DELETE,
	CREDENTIALS_STATEMENTS,
};

static inline struct store_sqlite *store_sqlite_of(struct store *store)
{
	/* store is the first member. */
	return (struct store_sqlite *)store;
}

/* lib/store/sqlite-statements.c */
int sqlite_accounts_prepare(struct store_sqlite *store, struct error *error);

/* lib/store/sqlite-accounts.c */
int sqlite_account_by_name(struct store *store, const char *name,
			   struct account *account_r, struct error *error);
int sqlite_account_by_id(struct store *store, const char *id,
			 struct account *account_r, struct error *error);
int sqlite_account_by_local_part(struct store *store, const char *name,
				 struct account *account_r,
				 struct error *error);
/* How a new account's row and its entry in the trail are written, both inside a
   transaction. insert: 1 done, 0 the name is taken, -1 failed; audit: 0 or
   -1. */
struct account_addition {
	int (*insert)(struct database *database, const struct account *account,
		      struct error *error);
	int (*audit)(struct store *store, const struct account *account,
		     struct error *error);
};
enum store_add_result
sqlite_account_add_as(struct store *store, const struct account *account,
		      int64_t now, const struct account_addition *addition,
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

/* Reads the account that a statement finds by one text: 1, 0 or -1. */
int sqlite_find_account(struct store *store, enum accounts_statement statement,
			const char *key, struct account *account_r,
			struct error *error);

/* Runs a statement that changes one account and returns it; as
   database_change_unsynced(). */
int sqlite_change_account_unsynced(struct store *store,
				   enum accounts_statement statement,
				   const struct binding *bindings, size_t count,
				   struct account *account_r,
				   struct error *error);

/* STORE_ADDED if the name may be given to this account, as a name or an alias;
   within the transaction that does so. */
enum store_add_result sqlite_check_name(struct database *database,
					const char *name,
					const char *account_id, int64_t now,
					struct error *error);

/* lib/store/sqlite-deleted.c */
int sqlite_account_retire(struct store *store, const char *id, int64_t at,
			  bool keep_mail, struct error *error);
int sqlite_account_undelete(struct store *store, const char *id,
			    struct error *error);
int sqlite_deleted_by_name(struct store *store, const char *name,
			   struct account *account_r, struct error *error);
int sqlite_deleted_until(struct store *store, int64_t until, int64_t after_at,
			 const char *after_id, struct account *accounts_r,
			 size_t max, size_t *count_r, struct error *error);
/* lib/store/sqlite-sweep.c */
int64_t sqlite_credentials_sweep(struct store *store, struct error *error);

enum store_add_result sqlite_account_rename(struct store *store, const char *id,
					    const char *name,
					    enum store_old_name old_name,
					    int64_t quarantine_until,
					    int64_t now, struct error *error);

/* lib/store/sqlite-audit.c */
int sqlite_audit_list(struct store *store,
		      const struct store_audit_query *query,
		      struct audit_entry *entries_r, size_t max,
		      size_t *count_r, struct error *error);
int64_t sqlite_audit_prune(struct store *store, int64_t before,
			   struct error *error);
int sqlite_passwords_changed_at(struct store *store, const char *account_id,
				int64_t *at_r, struct error *error);
/* Writes one entry. Returns 0 or -1. */
int sqlite_audit(struct store *store, const char *account_id,
		 const char *action, struct error *error, const char *format,
		 ...) __attribute__((format(printf, 5, 6)));
/* Writes what is different now about an account. Returns 0 or -1. */
int sqlite_audit_changes(struct store *store, const struct account *before,
			 struct error *error);
/* Runs a statement that changes one account, with what it leaves in the trail,
   as one transaction. Returns 1 done, 0 no such account, or -1. */
int sqlite_account_change(struct store *store, const char *id,
			  enum accounts_statement statement,
			  const struct binding *bindings, size_t count,
			  struct error *error);

/* lib/store/sqlite-pending.c */
int sqlite_pending_forward(struct store *store, const char *account_id,
			   int64_t now, struct pending_forward *pending_r,
			   struct error *error);
int sqlite_pending_forward_set(struct store *store, const char *account_id,
			       const struct pending_forward *pending,
			       struct error *error);
int sqlite_pending_forward_keep_copy(struct store *store,
				     const char *account_id, bool keep_copy,
				     struct error *error);
int sqlite_pending_forward_try(struct store *store, const char *account_id,
			       unsigned int max, struct error *error);
int sqlite_pending_forward_confirm(struct store *store, const char *account_id,
				   const char *code_hash, struct error *error);
int sqlite_pending_forward_clear(struct store *store, const char *account_id,
				 struct error *error);

/* lib/store/sqlite-aliases.c */
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
/* Returns 0 if the account has room for one more, or -1. */
int sqlite_alias_check_count(struct database *database, const char *account_id,
			     struct error *error);
/* Puts all of an account's into quarantine, and removes them. 0 or -1. */
int sqlite_aliases_delete(struct database *database, const char *account_id,
			  int64_t quarantine_until, struct error *error);

/* lib/store/sqlite-activity.c */
int sqlite_activity(struct store *store, const char *account_id,
		    struct activity *activity_r, struct error *error);
int sqlite_activity_add(struct store *store,
			const struct account_activity *more, size_t count,
			struct error *error);
int sqlite_sending_block(struct store *store, const char *account_id,
			 int64_t at, const char *reason, struct error *error);
int sqlite_sending_unblock(struct store *store, const char *account_id,
			   struct error *error);

/* lib/store/sqlite-published.c */
int sqlite_usage_set(struct store *store, const char *id,
		     const struct usage_count *count, int64_t latest,
		     struct error *error);
int sqlite_usage_add(struct store *store, const char *name,
		     const struct usage_saved *saved, int64_t now,
		     struct account *account_r, struct error *error);
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

/* lib/store/sqlite-import.c */
int sqlite_account_id_exists(struct store *store, const char *id,
			     struct error *error);
enum store_add_result sqlite_account_import(struct store *store,
					    const struct account *account,
					    int64_t now, struct error *error);

/* lib/store/sqlite-credentials.c */
int sqlite_credentials_prepare(struct store_sqlite *store, struct error *error);
int sqlite_credentials(struct store *store, const char *account_id,
		       struct credential *credentials_r, size_t *count_r,
		       struct error *error);
int sqlite_credential_set(struct store *store, const char *account_id,
			  const struct credential *credential,
			  struct error *error);
int sqlite_credential_add(struct store *store, const char *account_id,
			  const struct credential *credential,
			  struct error *error);
int sqlite_credential_used(struct store *store, const char *account_id,
			   const struct credential *credential, int64_t now,
			   struct error *error);
int sqlite_credential_rehash(struct store *store, const char *account_id,
			     const struct credential *old, const char *hash,
			     struct error *error);
int sqlite_credential_clear(struct store *store, const char *account_id,
			    enum credential_kind kind, const char *label,
			    struct error *error);
/* Removes all of an account's, and its attempts. Returns 0 or -1. */
int sqlite_credentials_delete(struct store_sqlite *store,
			      const char *account_id, struct error *error);

/* lib/store/sqlite-attempts.c */
int sqlite_attempt_take(struct store *store, const char *account_id,
			const struct attempts_limit *limit, int64_t now,
			int64_t *until_r, struct error *error);
int sqlite_attempts_clear(struct store *store, const char *account_id,
			  const char *what, struct error *error);
int sqlite_attempt_give_back(struct store *store, const char *account_id,
			     const char *what, struct error *error);

#endif
