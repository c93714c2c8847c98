/* SPDX-License-Identifier: MIT
 *
 * What a kind of account store has to do: one const struct per kind, and
 * lib/store/store.c hands every call to it. The meaning of each function, its
 * arguments and results are those of the function of the same name in
 * lib/store/store.h, where no other is said. Internal to the store.
 */
#ifndef ALUMNI_STORE_BACKEND_H
#define ALUMNI_STORE_BACKEND_H

#include "lib/store/attempts.h"
#include "lib/store/audit.h"
#include "lib/store/batch.h"
#include "lib/store/deleted.h"
#include "lib/store/pending.h"
#include "lib/store/store.h"

/* A kind's own struct begins with this. */
struct store {
	const struct store_backend *backend;
	enum store_access access;
	/* For the audit trail. */
	char actor[AUDIT_ACTOR_BYTES];
	char origin[AUDIT_ORIGIN_BYTES];
};

struct store_backend {
	/* place is what stands after the engine and the colon. */
	int (*open)(const char *place, enum store_access access,
		    struct store **store_r, struct error *error);
	void (*close)(struct store *store);
	int (*create)(const char *place, struct error *error);
	int (*layout_check)(const char *place, struct error *error);

	int (*account_by_name)(struct store *store, const char *name,
			       struct account *account_r, struct error *error);
	int (*account_by_id)(struct store *store, const char *id,
			     struct account *account_r, struct error *error);
	int (*account_by_local_part)(struct store *store, const char *name,
				     struct account *account_r,
				     struct error *error);
	/* id and created_at are filled in already; now tells which names are
	   still in quarantine. */
	enum store_add_result (*account_add)(struct store *store,
					     const struct account *account,
					     int64_t now, struct error *error);
	/* 1 it is an account's, deleted or not; 0 it is nobody's, and nothing
	   hangs on it any more. */
	int (*account_id_exists)(struct store *store, const char *id,
				 struct error *error);
	/* Of what an import takes over; id and created_at are filled in. */
	enum store_add_result (*account_import)(struct store *store,
						const struct account *account,
						int64_t now,
						struct error *error);
	int (*accounts_after)(struct store *store, const char *after,
			      struct account *accounts_r, size_t max,
			      size_t *count_r, struct error *error);
	int (*account_set_enabled)(struct store *store, const char *id,
				   bool enabled, struct error *error);
	int (*account_set_class)(struct store *store, const char *id,
				 const char *class_name, struct error *error);
	int (*account_pin)(struct store *store, const char *id,
			   const char *directory, const char *directory_id,
			   struct error *error);
	int (*account_set_denied)(struct store *store, const char *id,
				  int64_t denied_at, struct error *error);
	int (*account_set_other)(struct store *store, const char *id,
				 const char *directory,
				 const char *directory_id, struct error *error);
	int (*account_set_last_tier)(struct store *store, const char *id,
				     const char *tier, struct error *error);
	int (*account_set_backend)(struct store *store, const char *id,
				   const char *host, struct error *error);
	int (*account_set_quota)(struct store *store, const char *id,
				 const int64_t *bytes, struct error *error);
	int (*account_set_retention)(struct store *store, const char *id,
				     const int64_t *seconds,
				     struct error *error);
	int (*account_set_forward)(struct store *store, const char *id,
				   const char *address, bool keep_copy,
				   struct error *error);
	int (*account_delete)(struct store *store, const char *id,
			      int64_t quarantine_until, struct error *error);

	int (*account_retire)(struct store *store, const char *id, int64_t at,
			      bool keep_mail, struct error *error);
	int (*account_undelete)(struct store *store, const char *id,
				struct error *error);
	int (*deleted_by_name)(struct store *store, const char *name,
			       struct account *account_r, struct error *error);
	int (*deleted_until)(struct store *store, int64_t until,
			     int64_t after_at, const char *after_id,
			     struct account *accounts_r, size_t max,
			     size_t *count_r, struct error *error);
	int64_t (*credentials_sweep)(struct store *store, struct error *error);
	enum store_add_result (*account_rename)(
		struct store *store, const char *id, const char *name,
		enum store_old_name old_name, int64_t quarantine_until,
		int64_t now, struct error *error);

	enum store_add_result (*alias_add)(struct store *store,
					   const char *account_id,
					   const char *name, int64_t now,
					   struct error *error);
	int (*alias_remove)(struct store *store, const char *account_id,
			    const char *name, int64_t quarantine_until,
			    struct error *error);
	int (*aliases)(struct store *store, const char *account_id,
		       struct alias *aliases_r, size_t *count_r,
		       struct error *error);

	int (*activity)(struct store *store, const char *account_id,
			struct activity *activity_r, struct error *error);
	int (*activity_add)(struct store *store,
			    const struct account_activity *more, size_t count,
			    struct error *error);
	int (*sending_block)(struct store *store, const char *account_id,
			     int64_t at, const char *reason,
			     struct error *error);
	int (*sending_unblock)(struct store *store, const char *account_id,
			       struct error *error);

	int (*usage_set)(struct store *store, const char *id,
			 const struct usage_count *count, int64_t latest,
			 struct error *error);
	int (*usage_add)(struct store *store, const char *name,
			 const struct usage_saved *saved, int64_t now,
			 struct account *account_r, struct error *error);
	int (*warning_set)(struct store *store, const char *id,
			   int warned_before, int warned, int due,
			   struct error *error);
	int (*warnings_due)(struct store *store, const char *after_id,
			    struct account *accounts_r, size_t max,
			    size_t *count_r, struct error *error);
	int (*warning_take)(struct store *store, const char *id, int due,
			    const char *token, struct error *error);
	int (*warning_delivered)(struct store *store, const char *id,
				 const char *token, struct error *error);
	int (*trash_saved)(struct store *store, const char *id,
			   int64_t saved_at, struct error *error);
	int (*trash_expired)(struct store *store, const char *id,
			     int64_t generation, int64_t oldest,
			     struct error *error);
	int (*trash_older_than)(struct store *store, int64_t cutoff,
				int64_t now, int64_t after_oldest,
				const char *after_id,
				struct account *accounts_r, size_t max,
				size_t *count_r, struct error *error);

	int (*audit)(struct store *store, const struct store_audit_query *query,
		     struct audit_entry *entries_r, size_t max, size_t *count_r,
		     struct error *error);
	int64_t (*audit_prune)(struct store *store, int64_t before,
			       struct error *error);
	int (*passwords_changed_at)(struct store *store, const char *account_id,
				    int64_t *at_r, struct error *error);

	int (*pending_forward)(struct store *store, const char *account_id,
			       int64_t now, struct pending_forward *pending_r,
			       struct error *error);
	int (*pending_forward_set)(struct store *store, const char *account_id,
				   const struct pending_forward *pending,
				   struct error *error);
	int (*pending_forward_keep_copy)(struct store *store,
					 const char *account_id, bool keep_copy,
					 struct error *error);
	int (*pending_forward_try)(struct store *store, const char *account_id,
				   unsigned int max, struct error *error);
	int (*pending_forward_confirm)(struct store *store,
				       const char *account_id,
				       const char *code_hash,
				       struct error *error);
	int (*pending_forward_clear)(struct store *store,
				     const char *account_id,
				     struct error *error);

	int (*batch_begin)(struct store *store, struct error *error);
	int (*batch_commit)(struct store *store, struct error *error);
	void (*batch_rollback)(struct store *store);

	/* Called only when the store was opened with credentials. */
	int (*credentials)(struct store *store, const char *account_id,
			   struct credential *credentials_r, size_t *count_r,
			   struct error *error);
	int (*credential_set)(struct store *store, const char *account_id,
			      const struct credential *credential,
			      struct error *error);
	int (*credential_add)(struct store *store, const char *account_id,
			      const struct credential *credential,
			      struct error *error);
	int (*credential_used)(struct store *store, const char *account_id,
			       const struct credential *credential, int64_t now,
			       struct error *error);
	int (*credential_rehash)(struct store *store, const char *account_id,
				 const struct credential *old, const char *hash,
				 struct error *error);
	int (*credential_clear)(struct store *store, const char *account_id,
				enum credential_kind kind, const char *label,
				struct error *error);
	int (*attempt_take)(struct store *store, const char *account_id,
			    const struct attempts_limit *limit, int64_t now,
			    int64_t *until_r, struct error *error);
	int (*attempts_clear)(struct store *store, const char *account_id,
			      const char *what, struct error *error);
	int (*attempt_give_back)(struct store *store, const char *account_id,
				 const char *what, struct error *error);
};

extern const struct store_backend store_sqlite_backend;

#endif
