/* SPDX-License-Identifier: MIT
 *
 * Folders, files, owners and modes of a store in SQLite; see
 * lib/store/sqlite-layout.h.
 *
 * Root walks here through folders that less trusted users can write to, so
 * nothing is changed by its name. This file opens an O_PATH descriptor that
 * follows no link, checks it, and changes what it stands for. Closing such a
 * descriptor also leaves SQLite's POSIX locks alone.
 */
#include "lib/store/sqlite-layout.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_MODE      0755
#define SHARED_MODE      (S_ISGID | 0770)
#define FILE_MODE        0660
#define PROC_PATH_BYTES  64
#define GROUP_BUFFER     4096
#define GROUP_BUFFER_MAX (1024 * 1024)

struct layout_part {
	const char *path;
	mode_t mode;
	bool is_folder;
	const char *group; /* NULL = root's */
};

enum { LAYOUT_PARTS = 5 };

static void list_parts(const struct store_paths *paths,
		       struct layout_part parts_r[LAYOUT_PARTS])
{
	const struct layout_part parts[LAYOUT_PARTS] = {
		{paths->folder, FOLDER_MODE, true, NULL},
		{paths->accounts_folder, SHARED_MODE, true,
		 STORE_ACCOUNTS_GROUP},
		{paths->accounts, FILE_MODE, false, STORE_ACCOUNTS_GROUP},
		{paths->credentials_folder, SHARED_MODE, true,
		 STORE_CREDENTIALS_GROUP},
		{paths->credentials, FILE_MODE, false, STORE_CREDENTIALS_GROUP},
	};

	memcpy(parts_r, parts, sizeof(parts));
}

static int join(char *path_r, const char *folder, const char *name,
		struct error *error)
{
	int length = snprintf(path_r, PATH_MAX, "%s/%s", folder, name);

	if (length < 0 || length >= PATH_MAX)
		return error_set(error, "the path %s is too long", folder);
	return 0;
}

int store_layout_find(const char *folder, struct store_paths *paths_r,
		      struct error *error)
{
	if (realpath(folder, paths_r->folder) == NULL) {
		if (errno == ENOENT)
			return error_set(error,
					 "%s does not exist: create the store "
					 "with `alumnictl store init`",
					 folder);
		return error_set(error, "cannot reach %s: %s", folder,
				 strerror(errno));
	}
	if (join(paths_r->accounts_folder, paths_r->folder, "accounts", error) <
		    0 ||
	    join(paths_r->accounts, paths_r->accounts_folder, "accounts.db",
		 error) < 0 ||
	    join(paths_r->credentials_folder, paths_r->folder, "credentials",
		 error) < 0 ||
	    join(paths_r->credentials, paths_r->credentials_folder,
		 "credentials.db", error) < 0)
		return -1;
	return 0;
}

/* Returns 1 and the id, 0 if there is no such group, or -1. */
static int find_group(const char *name, gid_t *gid_r, struct error *error)
{
	struct group group;
	struct group *found = NULL;
	int result = ERANGE;

	for (size_t size = GROUP_BUFFER;
	     result == ERANGE && size <= GROUP_BUFFER_MAX; size *= 2) {
		char *buffer = malloc(size);

		if (buffer == NULL)
			return error_set(error, "out of memory");
		result = getgrnam_r(name, &group, buffer, size, &found);
		if (found != NULL)
			*gid_r = group.gr_gid;
		free(buffer);
	}
	if (result != 0)
		return error_set(error, "cannot look up the group %s: %s", name,
				 strerror(result));
	return found == NULL ? 0 : 1;
}

/* Creates a missing part, closed to everybody else until its mode is set. */
static int make_part(const struct layout_part *part, struct error *error)
{
	int fd;

	if (part->is_folder) {
		if (mkdir(part->path, 0700) < 0 && errno != EEXIST)
			return error_set(error, "cannot create %s: %s",
					 part->path, strerror(errno));
		return 0;
	}
	fd = open(part->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno != EEXIST)
		return error_set(error, "cannot create %s: %s", part->path,
				 strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	return 0;
}

/* A second name of a file could lie where its mode does harm. */
static int check_kind(const struct layout_part *part, const struct stat *status,
		      struct error *error)
{
	if (part->is_folder ? !S_ISDIR(status->st_mode)
			    : !S_ISREG(status->st_mode))
		return error_set(error, "%s is not a %s", part->path,
				 part->is_folder ? "folder" : "file");
	if (!part->is_folder && status->st_nlink != 1)
		return error_set(error,
				 "%s has a second name (a hard link): "
				 "remove that",
				 part->path);
	return 0;
}

static int own_descriptor(int fd, const struct layout_part *part,
			  struct error *error)
{
	/* A group that does not exist leaves the one that is there. */
	gid_t gid = part->group == NULL ? 0 : (gid_t)-1;

	if (part->group != NULL && find_group(part->group, &gid, error) < 0)
		return -1;
	if (fchownat(fd, "", 0, gid, AT_EMPTY_PATH) < 0)
		return error_set(error, "cannot give %s to root: %s",
				 part->path, strerror(errno));
	return 0;
}

static int change_descriptor(int fd, const struct layout_part *part,
			     struct error *error)
{
	char path[PROC_PATH_BYTES];
	struct stat status;

	if (fstat(fd, &status) < 0)
		return error_set(error, "cannot examine %s: %s", part->path,
				 strerror(errno));
	if (check_kind(part, &status, error) < 0)
		return -1;
	/* Somebody else's files are left as they are, but for root. */
	if (geteuid() == 0 && own_descriptor(fd, part, error) < 0)
		return -1;
	if (geteuid() != 0 && status.st_uid != geteuid())
		return 0;
	/* fchmod() refuses O_PATH descriptors. */
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (chmod(path, part->mode) < 0)
		return error_set(error, "cannot set the mode of %s: %s",
				 part->path, strerror(errno));
	return 0;
}

static int settle_part(const struct layout_part *part, struct error *error)
{
	int fd;
	int result;

	if (make_part(part, error) < 0)
		return -1;
	fd = open(part->path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return error_set(error, "cannot open %s: %s", part->path,
				 strerror(errno));
	result = change_descriptor(fd, part, error);
	(void)close(fd);
	return result;
}

int store_layout_make(const char *folder, struct store_paths *paths_r,
		      struct error *error)
{
	struct layout_part parts[LAYOUT_PARTS];

	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return error_set(error, "cannot create %s: %s", folder,
				 strerror(errno));
	if (store_layout_find(folder, paths_r, error) < 0)
		return -1;
	list_parts(paths_r, parts);
	for (size_t i = 0; i < LAYOUT_PARTS; i++) {
		if (settle_part(&parts[i], error) < 0)
			return -1;
	}
	return 0;
}

static int verify_part(const struct layout_part *part, struct error *error)
{
	struct stat status;
	gid_t gid = 0;
	int known = 1;

	if (lstat(part->path, &status) < 0)
		return error_set(error, "cannot examine %s: %s", part->path,
				 strerror(errno));
	if (check_kind(part, &status, error) < 0)
		return -1;
	if (part->group != NULL)
		known = find_group(part->group, &gid, error);
	if (known < 0)
		return -1;
	if (known == 0)
		return error_set(error,
				 "there is no group %s for %s: create it, then "
				 "run `alumnictl store init` as root",
				 part->group, part->path);
	if (status.st_uid == 0 && status.st_gid == gid &&
	    (status.st_mode & 07777) == part->mode)
		return 0;
	return error_set(error,
			 "%s must belong to root and group %s with mode %04o: "
			 "run `alumnictl store init` as root",
			 part->path, part->group == NULL ? "root" : part->group,
			 (unsigned int)part->mode);
}

int store_layout_verify(const struct store_paths *paths, struct error *error)
{
	struct layout_part parts[LAYOUT_PARTS];

	list_parts(paths, parts);
	for (size_t i = 0; i < LAYOUT_PARTS; i++) {
		if (verify_part(&parts[i], error) < 0)
			return -1;
	}
	return 0;
}
