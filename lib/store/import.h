/* SPDX-License-Identifier: MIT
 *
 * Whole accounts from elsewhere: with ids, times, aliases and password
 * hashes.
 */
#ifndef ALUMNI_STORE_IMPORT_H
#define ALUMNI_STORE_IMPORT_H

#include "lib/store/store.h"

struct store_import {
	/* id "" = a new id, created_at 0 = now. The import takes over neither
	   what mail processes publish nor what logins remember. Without a
	   forwarding address, a copy is kept, as for all new accounts. */
	const struct account *account;
	const struct alias *aliases;
	size_t alias_count;
	/* set_at 0 = now. */
	const struct credential *credentials;
	size_t credential_count;
};

/* Adds the account with all that hangs on it, or nothing of it. Many imports
   are best done in a batch (lib/store/batch.h). With STORE_NAME_TAKEN and
   STORE_NAME_QUARANTINED the error names the name, or the id that is another
   account's. Needs STORE_ACCOUNTS_AND_CREDENTIALS. */
enum store_add_result store_import(struct store *store,
				   const struct store_import *import,
				   int64_t now, struct error *error);

#endif
