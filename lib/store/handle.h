/* SPDX-License-Identifier: MIT
 *
 * A store's handle, and what the files of the store do for each other.
 * Internal to the store.
 *
 * A store is two databases, so that a program that may see accounts need not
 * see password hashes: two files in SQLite. Commits are not atomic across the
 * two. A credential names the random id of its account, and one whose account
 * is gone opens nothing.
 */
#ifndef ALUMNI_STORE_HANDLE_H
#define ALUMNI_STORE_HANDLE_H

#include "lib/database/database.h"
#include "lib/store/audit.h"
#include "lib/store/columns.h"
#include "lib/store/statements.h"
#include "lib/store/store.h"

struct store {
	struct database *accounts;
	struct database *credentials; /* NULL without access to them */
	/* For the audit trail. */
	char actor[AUDIT_ACTOR_BYTES];
	char origin[AUDIT_ORIGIN_BYTES];
};

/* What each engine does in its own way. place is what stands after the engine
   and the colon in a location. */
struct engine {
	/* Opens the databases that the access asks for, each of this program's
	   version, in a zeroed store. Returns 0, or -1 with an error; what is
	   open then is closed by the caller. */
	int (*open)(const char *place, enum store_access access,
		    struct store *store, struct error *error);
	/* See store_create(). */
	int (*create)(const char *place, struct error *error);
	/* See store_layout_check(). */
	int (*layout_check)(const char *place, struct error *error);
};

extern const struct engine sqlite_engine;

/* ---- lib/store/accounts.c ---- */

/* Reads the account that a statement finds by one text: 1, 0 or -1. */
int store_account_find(struct store *store, enum accounts_statement statement,
		       const char *key, struct account *account_r,
		       struct error *error);

/* Reads up to max accounts. Returns 0 or -1. */
int store_account_list(struct store *store, enum accounts_statement statement,
		       const struct binding *bindings, size_t binding_count,
		       struct account *accounts_r, size_t max, size_t *count_r,
		       struct error *error);

/* Makes the account that is to be stored: of *given the columns with that flag
   (enum account_column_flag), and for all others what a new account has. An
   empty id becomes a random one, and created_at 0 becomes now. Returns 0, or
   -1 when *given is no account that can be stored. */
int store_account_make(const struct account *given, unsigned int flag,
		       int64_t now, struct account *account_r,
		       struct error *error);

/* Stores a new account, with its entry in the trail, as one change; now tells
   which names are still in quarantine. */
enum store_add_result store_account_insert(struct store *store,
					   const struct account *account,
					   int64_t now, bool is_imported,
					   struct error *error);

/* ---- lib/store/changes.c ---- */

/* Runs a statement that changes one account, and writes the difference that it
   makes to the trail, as one change. Returns 1 done, 0 no such account, or the
   statement found no reason to change it, -1 failed. */
int store_account_change(struct store *store, const char *id,
			 enum accounts_statement statement,
			 const struct binding *bindings, size_t count,
			 struct error *error);

/* Writes one entry. Returns 0 or -1. */
int store_audit_write(struct store *store, const char *account_id,
		      const char *action, const char *detail,
		      struct error *error);

/* Writes what is different about an account now. Returns 0 or -1. */
int store_audit_changes(struct store *store, const struct account *before,
			struct error *error);

/* ---- lib/store/names.c; inside the transaction that gives a name ---- */

/* STORE_ADDED if this account may have the name, as its name or an alias. */
enum store_add_result store_name_check(struct store *store, const char *name,
				       const char *account_id, int64_t now,
				       struct error *error);

/* Ends the quarantine of a name. Returns 0 or -1. */
int store_name_release(struct store *store, const char *name,
		       struct error *error);

/* ---- lib/store/aliases.c; inside a transaction ---- */

/* Gives the account an alias that was checked. Returns 0, or -1 with an error,
   also when the account is gone or has ALIASES_MAX already. */
int store_alias_insert(struct store *store, const char *account_id,
		       const char *name, int64_t now, struct error *error);

/* Quarantines all aliases of an account and removes them. Returns 0 or -1. */
int store_aliases_delete(struct store *store, const char *account_id,
			 int64_t quarantine_until, struct error *error);

/* ---- lib/store/credentials.c ---- */

/* Removes all credentials of an account, and its attempts. Returns 0 or -1. */
int store_credentials_delete(struct store *store, const char *account_id,
			     struct error *error);

#endif
