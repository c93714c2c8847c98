/* SPDX-License-Identifier: MIT
 *
 * The schemas of the SQLite store's two files, as lists of numbered steps.
 * PRAGMA user_version tells how many of them a file has been through. A step
 * that was released is never changed: a new one is added. Internal to the
 * SQLite store.
 */
#ifndef ALUMNI_STORE_SQLITE_MIGRATIONS_H
#define ALUMNI_STORE_SQLITE_MIGRATIONS_H

#include "lib/database/database.h"

struct migrations {
	/* Tells our files from those of other programs. */
	int64_t application_id;
	const char *const *steps;
	int64_t count; /* the version that this program works with */
};

extern const struct migrations accounts_migrations;
extern const struct migrations credentials_migrations;

/* Does the steps that the file lacks, each in a transaction of its own.
   Returns their number, or -1. */
int migrations_run(struct database *database,
		   const struct migrations *migrations, struct error *error);

/* Returns 0 if the file is of this program's version, or -1. */
int migrations_check(struct database *database,
		     const struct migrations *migrations, struct error *error);

#endif
