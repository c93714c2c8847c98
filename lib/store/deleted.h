/* SPDX-License-Identifier: MIT
 *
 * Deleted accounts that can still be had back, and renamed ones. A deleted
 * account keeps its row, credentials, name and aliases, but no look-up sees it
 * and no change but those here reaches it, until it is purged.
 */
#ifndef ALUMNI_STORE_DELETED_H
#define ALUMNI_STORE_DELETED_H

#include "lib/store/store.h"

/* Deletes the account at that time (Unix seconds). keep_mail says that its
   mail folder is to stay when it is purged. 1 done, 0 no such account, -1
   failed. */
int store_account_retire(struct store *store, const char *id, int64_t at,
			 bool keep_mail, struct error *error);

/* Makes it an account as before. 1 done, 0 there is no such deleted account,
   -1 failed. */
int store_account_undelete(struct store *store, const char *id,
			   struct error *error);

/* The deleted account that had this name: 1, 0 or -1. There is one at most,
   since its name is taken. */
int store_deleted_by_name(struct store *store, const char *name,
			  struct account *account_r, struct error *error);

/* Accounts that were deleted up to that time, oldest first, after the position
   (after_at, after_id); start with (0, ""). Returns 0 or -1. To purge one, call
   store_account_delete(), and remove its mail folder unless keep_mail. */
int store_deleted_until(struct store *store, int64_t until, int64_t after_at,
			const char *after_id, struct account *accounts_r,
			size_t max, size_t *count_r, struct error *error);

/* Removes credentials that belong to no account, deleted ones included: what a
   crash between the two databases left. Returns how many accounts they were of,
   or -1. Needs a handle with credentials. */
int64_t store_credentials_sweep(struct store *store, struct error *error);

enum store_old_name {
	STORE_OLD_NAME_ALIAS,      /* becomes an alias of the account */
	STORE_OLD_NAME_QUARANTINE, /* nobody gets it for a time */
};

/* Gives the account another name, which is as account_name_normalise() makes
   them. The new name may be one of its aliases, which then is one no longer.
   The mailbox stays, since it hangs on the id. quarantine_until counts for
   STORE_OLD_NAME_QUARANTINE alone: Unix seconds, 0 = the name is free at once.
   Returns STORE_ADDED when done; that the account is gone, or has ALIASES_MAX
   aliases already, is a failure with an error. */
enum store_add_result store_account_rename(struct store *store, const char *id,
					   const char *name,
					   enum store_old_name old_name,
					   int64_t quarantine_until,
					   int64_t now, struct error *error);

#endif
