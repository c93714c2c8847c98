/* SPDX-License-Identifier: MIT
 *
 * The folders and files of a store in SQLite, and who may reach them:
 *
 *   FOLDER/                            root:root        0755
 *   FOLDER/accounts/                   root:alumnimail  2770
 *   FOLDER/accounts/accounts.db        root:alumnimail  0660
 *   FOLDER/credentials/                root:alumniauth  2770
 *   FOLDER/credentials/credentials.db  root:alumniauth  0660
 *
 * In WAL mode every reader must be able to create and write -wal and -shm
 * beside the file, hence the folders that groups can write to. FOLDER itself
 * is root's alone: a program that could write to it could put other credentials
 * in the place of the true ones.
 */
#ifndef ALUMNI_STORE_SQLITE_LAYOUT_H
#define ALUMNI_STORE_SQLITE_LAYOUT_H

#include <limits.h>

#include "lib/base/error.h"

/* The group of the milter, auth, dict and all others that need accounts. */
#define STORE_ACCOUNTS_GROUP "alumnimail"
/* The group of auth and dict. */
#define STORE_CREDENTIALS_GROUP "alumniauth"

struct store_paths {
	char folder[PATH_MAX];
	char accounts_folder[PATH_MAX];
	char accounts[PATH_MAX];
	char credentials_folder[PATH_MAX];
	char credentials[PATH_MAX];
};

/* Fills in the paths, with symbolic links on the way to FOLDER resolved,
   since a database may not be reached by one. Returns 0, or -1 if FOLDER
   cannot be reached. */
int store_layout_find(const char *folder, struct store_paths *paths_r,
		      struct error *error);

/* Creates missing folders and files, the latter empty. As root, it also sets
   the owners, groups and modes of all. The parent of FOLDER must exist. Fills
   in the paths. Returns 0 or -1. */
int store_layout_make(const char *folder, struct store_paths *paths_r,
		      struct error *error);

/* Returns 0 if everything is as above, or -1. */
int store_layout_verify(const struct store_paths *paths, struct error *error);

#endif
