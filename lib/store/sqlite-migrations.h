/* SPDX-License-Identifier: MIT
 *
 * The schemas of the two files of a store in SQLite, as lists of numbered
 * steps. PRAGMA user_version tells how many of them a file has been through. A
 * released step never changes; a change of the schema is a new step. Internal
 * to the store.
 */
#ifndef ALUMNI_STORE_SQLITE_MIGRATIONS_H
#define ALUMNI_STORE_SQLITE_MIGRATIONS_H

#include "lib/database/database.h"

struct migrations {
	/* Distinguishes our files from those of other programs. */
	int64_t application_id;
	const char *const *steps;
	int64_t count; /* the version that this program works with */
};

extern const struct migrations accounts_migrations;
extern const struct migrations credentials_migrations;

/* Runs the steps that the file lacks, each in a transaction of its own. Returns
   their number, or -1. */
int migrations_run(struct database *database,
		   const struct migrations *migrations, struct error *error);

/* Returns 0 if the file is of this program's version, or -1. */
int migrations_check(struct database *database,
		     const struct migrations *migrations, struct error *error);

#endif
