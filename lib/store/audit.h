/* SPDX-License-Identifier: MIT
 *
 * The audit trail of the store. Every change of an account, its forwarding,
 * aliases and credentials writes its own entries: in the transaction of the
 * change, or right after a change that is in the other database. The functions
 * here say who makes the changes, and read the trail.
 */
#ifndef ALUMNI_STORE_AUDIT_H
#define ALUMNI_STORE_AUDIT_H

#include "lib/account/audit.h"
#include "lib/store/store.h"

/* Who makes the changes through this handle from now on ("alice via sudo",
   "self", "directory university") and from where ("alumnictl", an address,
   "imap"). Longer texts are cut. Before the first call, both are "-". */
void store_set_actor(struct store *store, const char *actor,
		     const char *origin);

struct store_audit_query {
	/* One of these two, or neither for all accounts. A name stands for
	   every account that has or had it, with all its entries. */
	const char *account_id;
	const char *account_name;
	int64_t since;  /* Unix seconds; 0 = from the beginning */
	int64_t before; /* entries before this number; 0 = all */
};

/* Reads up to max entries, newest first. The next page is before the number of
   the last entry. Returns 0 or -1. */
int store_audit(struct store *store, const struct store_audit_query *query,
		struct audit_entry *entries_r, size_t max, size_t *count_r,
		struct error *error);

/* Finds out from the trail when a password of the account was last changed or
   removed: Unix seconds, 0 = never since the trail begins. Needs no access to
   credentials. Returns 0 or -1. */
int store_passwords_changed_at(struct store *store, const char *account_id,
			       int64_t *at_r, struct error *error);

/* Removes all entries older than that time (Unix seconds). Returns how many
   there were, or -1. */
int64_t store_audit_prune(struct store *store, int64_t before,
			  struct error *error);

#endif
