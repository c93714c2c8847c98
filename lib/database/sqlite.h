/* SPDX-License-Identifier: MIT
 *
 * Connections to a SQLite file; see lib/database/database.h.
 */
#ifndef ALUMNI_DATABASE_SQLITE_H
#define ALUMNI_DATABASE_SQLITE_H

#include "lib/database/database.h"

/* Opens an existing file; never creates one, and follows no symbolic link.
   Returns 0, or -1 with an error that says how to mend it; then *database_r is
   NULL. */
int database_sqlite_open(const char *path, struct database **database_r,
			 struct error *error);

/* Puts the file into WAL mode, where readers and a writer do not wait for each
   other. The file stays in that mode. Returns 0 or -1. */
int database_sqlite_use_wal(struct database *database, struct error *error);

#endif
