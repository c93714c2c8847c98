/* SPDX-License-Identifier: MIT
 *
 * Where the SQLite store keeps what, and who may reach it:
 *
 *   FOLDER/                            root:root        0755
 *   FOLDER/accounts/                   root:alumnimail  2770
 *   FOLDER/accounts/accounts.db        root:alumnimail  0660
 *   FOLDER/credentials/                root:alumniauth  2770
 *   FOLDER/credentials/credentials.db  root:alumniauth  0660
 *
 * In WAL mode every reader must be able to create and write -wal and -shm
 * beside the file, hence the folders that groups can write to. FOLDER itself
 * is root's alone: who can write to it could put credentials of his own in the
 * place of the true ones. Internal to the SQLite store.
 */
#ifndef ALUMNI_STORE_SQLITE_LAYOUT_H
#define ALUMNI_STORE_SQLITE_LAYOUT_H

#include <limits.h>

#include "lib/base/error.h"

/* The milter, auth, dict and whoever else needs accounts. */
#define STORE_ACCOUNTS_GROUP "alumnimail"
/* auth and dict. */
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

/* Makes folders and empty files that are missing; as root, also sets owners,
   groups and modes of all. FOLDER's own parent must exist. */
int store_layout_make(const char *folder, struct store_paths *paths_r,
		      struct error *error);

/* Returns 0 if everything is as above, or -1. */
int store_layout_verify(const struct store_paths *paths, struct error *error);

#endif
