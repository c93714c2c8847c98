/* SPDX-License-Identifier: MIT
 *
 * Removes a folder with all that is in it; see ctl/commands/remove-tree.h. It
 * goes down by descriptors, never by paths: the mail user could change those
 * meanwhile.
 */
#include "ctl/commands/remove-tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Mail folders are not nearly as deep. Each level takes a descriptor. */
#define DEPTH_MAX 200

struct removal {
	dev_t device;
	struct error *error;
};

static int remove_entry(const struct removal *removal, int folder,
			const char *name, int depth);

static int failed(const struct removal *removal, const char *name)
{
	return error_set(removal->error, "cannot remove %s: %s", name,
			 strerror(errno));
}

static int remove_entries(const struct removal *removal, DIR *entries,
			  int depth)
{
	struct dirent *entry;

	while ((entry = readdir(entries)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (remove_entry(removal, dirfd(entries), entry->d_name,
				 depth + 1) < 0)
			return -1;
	}
	return 0;
}

static int empty_folder(const struct removal *removal, int folder,
			const char *name, int depth)
{
	int descriptor = openat(
		folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;
	DIR *entries;
	int result;

	if (descriptor < 0)
		return failed(removal, name);
	if (fstat(descriptor, &status) < 0 ||
	    status.st_dev != removal->device || depth > DEPTH_MAX) {
		close(descriptor);
		return error_set(removal->error,
				 "cannot remove %s: it is too deep, or on "
				 "another file system",
				 name);
	}
	entries = fdopendir(descriptor);
	if (entries == NULL) {
		close(descriptor);
		return failed(removal, name);
	}
	result = remove_entries(removal, entries, depth);
	closedir(entries);
	return result;
}

static int remove_entry(const struct removal *removal, int folder,
			const char *name, int depth)
{
	if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
		return 0;
	/* What unlink(2) says of a folder. */
	if (errno != EISDIR && errno != EPERM)
		return failed(removal, name);
	if (empty_folder(removal, folder, name, depth) < 0)
		return -1;
	if (unlinkat(folder, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return failed(removal, name);
	return 0;
}

int remove_tree(const char *path, struct error *error)
{
	struct removal removal = {.error = error};
	struct stat status;

	if (lstat(path, &status) < 0)
		return errno == ENOENT ? 0 : failed(&removal, path);
	if (!S_ISDIR(status.st_mode))
		return error_set(error, "%s is no folder", path);
	removal.device = status.st_dev;
	return remove_entry(&removal, AT_FDCWD, path, 0);
}
