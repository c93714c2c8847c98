/* SPDX-License-Identifier: MIT
 *
 * The columns of the store's tables; see lib/database/columns.h. A new column
 * of accounts is a field of struct account, a row here, and a migration of
 * each engine. Internal to the store.
 */
#ifndef ALUMNI_STORE_COLUMNS_H
#define ALUMNI_STORE_COLUMNS_H

#include "lib/account/account.h"
#include "lib/database/columns.h"
#include "lib/database/database.h"

/* What the list of accounts says of a column. */
enum account_column_flag {
	/* store_account_add() takes it from its caller. */
	ACCOUNT_COLUMN_ADDED = 1 << 0,
	/* store_import() does so. */
	ACCOUNT_COLUMN_IMPORTED = 1 << 1,
	/* A change of it leaves an entry in the audit trail, see
	   lib/account/audit.h. */
	ACCOUNT_COLUMN_AUDITED = 1 << 2,
};

/* Counted attempts; see lib/store/attempts.h. */
struct attempts {
	int64_t since; /* Unix seconds */
	int64_t count;
};

/* An account that has credentials. */
struct credentials_owner {
	char account_id[ACCOUNT_ID_BYTES];
};

extern const struct columns account_columns;    /* struct account */
extern const struct columns alias_columns;      /* struct alias */
extern const struct columns activity_columns;   /* account_activity */
extern const struct columns audit_columns;      /* struct audit_entry */
extern const struct columns pending_columns;    /* struct pending_forward */
extern const struct columns credential_columns; /* struct credential */
extern const struct columns owner_columns;      /* credentials_owner */
extern const struct columns attempts_columns;   /* struct attempts */

/* How the kinds of credentials (enum credential_kind) stand in the table. */
extern const char *const credential_kind_words[];

#endif
