/* SPDX-License-Identifier: MIT
 *
 * Deleted accounts that can still be restored, and other names for accounts. A
 * deleted account keeps its row, credentials, name and aliases until it is
 * purged, but look-ups do not see it, and only the functions here change it.
 */
#ifndef ALUMNI_STORE_DELETED_H
#define ALUMNI_STORE_DELETED_H

#include "lib/store/store.h"

/* Marks the account as deleted at that time (Unix seconds). With keep_mail its
   mail folder stays when the account is purged. Returns 1 done, 0 no such
   account, -1 failed. */
int store_account_retire(struct store *store, const char *id, int64_t at,
			 bool keep_mail, struct error *error);

/* Restores a deleted account as it was. Returns 1 done, 0 there is no such
   deleted account, -1 failed. */
int store_account_undelete(struct store *store, const char *id,
			   struct error *error);

/* Finds the deleted account of this name. There is one at most, since its name
   stays taken. Returns 1 found, 0 absent, -1 failed. */
int store_deleted_by_name(struct store *store, const char *name,
			  struct account *account_r, struct error *error);

/* Reads up to max accounts that were deleted at that time or before, oldest
   first, after the position (after_at, after_id); start with (0, ""). Returns 0
   or -1. To purge one, remove its mail folder unless keep_mail, and call
   store_account_delete(). */
int store_deleted_until(struct store *store, int64_t until, int64_t after_at,
			const char *after_id, struct account *accounts_r,
			size_t max, size_t *count_r, struct error *error);

/* Removes credentials whose account is neither there nor among the deleted
   ones, which a crash between the two databases may leave. Returns how many
   such accounts there were, or -1. Needs STORE_ACCOUNTS_AND_CREDENTIALS. */
int64_t store_credentials_sweep(struct store *store, struct error *error);

enum store_old_name {
	STORE_OLD_NAME_ALIAS,      /* becomes an alias of the account */
	STORE_OLD_NAME_QUARANTINE, /* nobody gets it for a time */
};

/* Gives the account another name, in the form that account_name_normalise()
   makes. An alias of the account may become its name, and then is an alias no
   longer. The mailbox stays, since it hangs on the id. quarantine_until counts
   for STORE_OLD_NAME_QUARANTINE alone: Unix seconds, 0 = the old name is free
   at once. Returns STORE_ADDED when done. It is a failure when the account is
   gone, or has ALIASES_MAX aliases and the old name would be one more. */
enum store_add_result store_account_rename(struct store *store, const char *id,
					   const char *name,
					   enum store_old_name old_name,
					   int64_t quarantine_until,
					   int64_t now, struct error *error);

#endif
