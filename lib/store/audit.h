/* SPDX-License-Identifier: MIT
 *
 * The audit trail of the store. Every change of an account, its forwarding,
 * aliases and credentials writes its entries by itself, in the transaction of
 * the change, or right after one that is in the other file. What is asked here
 * is who makes the changes, and what is in the trail.
 */
#ifndef ALUMNI_STORE_AUDIT_H
#define ALUMNI_STORE_AUDIT_H

#include "lib/account/audit.h"
#include "lib/store/store.h"

/* Who makes the changes through this handle from now on ("alice via sudo",
   "self", "directory university") and from where ("alumnictl", an address,
   "imap"). What is too long is cut. Until it is called, both are "-". */
void store_set_actor(struct store *store, const char *actor,
		     const char *origin);

struct store_audit_query {
	/* One of them, or neither for all accounts. With a name, the accounts
	   that have or had it are meant, with all that was ever done to
	   them. */
	const char *account_id;
	const char *account_name;
	int64_t since;  /* Unix seconds; 0 = from the beginning */
	int64_t before; /* entries before this number; 0 = all */
};

/* Fills in up to max entries, newest first. The next page is before the number
   of the last. Returns 0 or -1. */
int store_audit(struct store *store, const struct store_audit_query *query,
		struct audit_entry *entries_r, size_t max, size_t *count_r,
		struct error *error);

/* When a password that may have opened the account was last changed or taken
   away, by the trail: Unix seconds, 0 = never since the trail begins. Needs no
   access to credentials. Returns 0 or -1. */
int store_passwords_changed_at(struct store *store, const char *account_id,
			       int64_t *at_r, struct error *error);

/* Removes the entries from before that time (Unix seconds). Returns their
   number, or -1. */
int64_t store_audit_prune(struct store *store, int64_t before,
			  struct error *error);

#endif
