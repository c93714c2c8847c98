/* SPDX-License-Identifier: MIT
 *
 * Accounts that come from elsewhere whole: with ids, times, aliases and
 * password hashes.
 */
#ifndef ALUMNI_STORE_IMPORT_H
#define ALUMNI_STORE_IMPORT_H

#include "lib/store/store.h"

struct store_import {
	/* id "" = a new one, created_at 0 = now. What mail processes publish
	   and logins remember is not taken over. */
	const struct account *account;
	const struct alias *aliases;
	size_t alias_count;
	/* set_at 0 = now. */
	const struct credential *credentials;
	size_t credential_count;
};

/* Adds the account with all that hangs on it, or nothing of it. Best within a
   batch (lib/store/batch.h). In case of STORE_NAME_TAKEN and
   STORE_NAME_QUARANTINED the error says which name, or that it is the id.
   Needs STORE_ACCOUNTS_AND_CREDENTIALS. */
enum store_add_result store_import(struct store *store,
				   const struct store_import *import,
				   int64_t now, struct error *error);

#endif
