/* SPDX-License-Identifier: MIT
 *
 * The file of the state that auth workers share; see
 * lib/directory/shared-state.h.
 */
#include "lib/directory/shared-state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MODE       0660
#define FD_PATH_BYTES   32
#define CREATE_ATTEMPTS 3

/* A change of the file's form raises the last digit. */
static const char magic[8] = {'A', 'L', 'U', 'M', 'S', 'T', '0', '1'};

struct header {
	char magic[sizeof(magic)];
	unsigned char key[SHARED_STATE_KEY_BYTES];
};

struct shared_state {
	int fd;
	bool shared;
	char folder[PATH_MAX]; /* empty: read only, or a private one */
	unsigned char key[SHARED_STATE_KEY_BYTES];
};

/* ---- one file ---- */

/* Returns 1 with the key if the file is of our form, 0 if it is not, -1 with
   errno if that cannot be seen. */
static int check_file(int fd, unsigned char key_r[SHARED_STATE_KEY_BYTES])
{
	struct header header;
	struct stat status;
	ssize_t got;

	if (fstat(fd, &status) < 0)
		return -1;
	if (!S_ISREG(status.st_mode) || status.st_size != SHARED_STATE_BYTES)
		return 0;
	got = pread(fd, &header, sizeof(header), 0);
	if (got != (ssize_t)sizeof(header))
		return got < 0 ? -1 : 0;
	if (memcmp(header.magic, magic, sizeof(magic)) != 0)
		return 0;
	memcpy(key_r, header.key, sizeof(header.key));
	sodium_memzero(&header, sizeof(header));
	return 1;
}

/* Gives an empty file our form. Returns 0, or -1 with errno. */
static int fill_file(int fd)
{
	struct header header;
	ssize_t written;

	memcpy(header.magic, magic, sizeof(magic));
	randombytes_buf(header.key, sizeof(header.key));
	written = pwrite(fd, &header, sizeof(header), 0);
	sodium_memzero(&header, sizeof(header));
	if (written < 0)
		return -1;
	if (written != (ssize_t)sizeof(header)) {
		errno = ENOSPC;
		return -1;
	}
	return ftruncate(fd, SHARED_STATE_BYTES);
}

/* Puts a new file in the place of a useless one (replace) or of none. The file
   gets its name once it is whole, so no process ever sees half of it. When
   several processes find no file, the first one's file stays. Returns 0, or -1
   with errno. */
static int create_file(const char *folder, const char *path, bool replace)
{
	char new_path[PATH_MAX];
	int fd, ret, code;

	if (snprintf(new_path, sizeof(new_path), "%s/.%s.XXXXXX", folder,
		     SHARED_STATE_FILE) >= (int)sizeof(new_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(new_path, O_CLOEXEC);
	if (fd < 0)
		return -1;
	ret = fill_file(fd);
	if (ret == 0)
		ret = fchmod(fd, FILE_MODE);
	if (ret == 0)
		ret = replace ? rename(new_path, path) : link(new_path, path);
	code = errno;
	if (!replace || ret < 0)
		(void)unlink(new_path);
	(void)close(fd);
	/* Another process was first, and its file is as good. */
	if (ret < 0 && !replace && code == EEXIST)
		return 0;
	errno = code;
	return ret;
}

/* Returns a descriptor with the key, or -1 with errno. */
static int open_file(const char *folder,
		     unsigned char key_r[SHARED_STATE_KEY_BYTES])
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", folder, SHARED_STATE_FILE) >=
	    (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	for (int attempt = 0; attempt < CREATE_ATTEMPTS; attempt++) {
		int fd = open(path,
			      O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		int valid = 0;

		if (fd >= 0) {
			valid = check_file(fd, key_r);
			if (valid > 0)
				return fd;
			(void)close(fd);
		} else if (errno != ENOENT && errno != ELOOP) {
			return -1;
		}
		if (valid < 0 ||
		    create_file(folder, path, fd >= 0 || errno == ELOOP) < 0)
			return -1;
	}
	errno = EAGAIN;
	return -1;
}

/* ---- states ---- */

static struct shared_state *new_state(void)
{
	struct shared_state *state = calloc(1, sizeof(*state));

	if (state != NULL)
		state->fd = -1;
	return state;
}

/* Gives the state a file that only this process has. Returns 0 or -1. */
static int make_private(struct shared_state *state)
{
	state->shared = false;
	state->fd = memfd_create(SHARED_STATE_FILE, MFD_CLOEXEC);
	if (state->fd < 0)
		return -1;
	if (fill_file(state->fd) == 0 && check_file(state->fd, state->key) > 0)
		return 0;
	(void)close(state->fd);
	state->fd = -1;
	return -1;
}

static int say_why(const char *folder, int code, struct error *error)
{
	return error_set(
		error,
		"the state of logins cannot be kept in %s/%s: %s; the folder "
		"of state_dir must exist, and its group must be that of the "
		"auth workers and be able to write; until then every worker "
		"remembers for itself",
		folder, SHARED_STATE_FILE, strerror(code));
}

int shared_state_open(const char *folder, struct shared_state **state_r,
		      struct error *error)
{
	struct shared_state *state;
	int code;

	*state_r = NULL;
	if (sodium_init() < 0)
		return error_set(error, "libsodium cannot be initialised");
	state = new_state();
	if (state == NULL)
		return error_set(error, "out of memory");
	if (strlen(folder) < sizeof(state->folder))
		memcpy(state->folder, folder, strlen(folder) + 1);
	state->fd = open_file(folder, state->key);
	if (state->fd >= 0) {
		state->shared = true;
		*state_r = state;
		return 1;
	}
	code = errno;
	if (make_private(state) < 0) {
		free(state);
		return error_set(error, "out of memory");
	}
	say_why(folder, code, error);
	*state_r = state;
	return 0;
}

int shared_state_open_existing(const char *folder,
			       struct shared_state **state_r,
			       struct error *error)
{
	struct shared_state *state = new_state();
	char path[PATH_MAX];
	int valid = -1;

	*state_r = NULL;
	if (state == NULL)
		return error_set(error, "out of memory");
	(void)snprintf(path, sizeof(path), "%s/%s", folder, SHARED_STATE_FILE);
	state->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (state->fd >= 0)
		valid = check_file(state->fd, state->key);
	if (valid > 0) {
		*state_r = state;
		return 1;
	}
	if (valid < 0 && errno == ENOENT) {
		free(state);
		return 0;
	}
	error_set(error, "cannot read %s: %s", path,
		  valid == 0 ? "it is not of this program's form"
			     : strerror(errno));
	shared_state_close(&state);
	return -1;
}

int shared_state_clone(const struct shared_state *state,
		       struct shared_state **state_r, struct error *error)
{
	struct shared_state *clone = new_state();
	char path[FD_PATH_BYTES];

	*state_r = NULL;
	if (clone == NULL)
		return error_set(error, "out of memory");
	memcpy(clone->key, state->key, sizeof(clone->key));
	/* Opened again instead of duplicated: a duplicate would have the
	   same claims. */
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", state->fd);
	clone->fd = open(path, O_RDWR | O_CLOEXEC);
	if (clone->fd < 0) {
		free(clone);
		return error_set(error, "cannot open %s: %s", path,
				 strerror(errno));
	}
	*state_r = clone;
	return 0;
}

void shared_state_close(struct shared_state **state)
{
	struct shared_state *old = *state;

	if (old == NULL)
		return;
	if (old->fd >= 0)
		(void)close(old->fd);
	sodium_memzero(old->key, sizeof(old->key));
	free(old);
	*state = NULL;
}

void shared_state_renew(struct shared_state *state)
{
	unsigned char key[SHARED_STATE_KEY_BYTES];
	struct stat status;
	int fd;

	if (state == NULL || !state->shared)
		return;
	if (fstat(state->fd, &status) == 0 && status.st_nlink > 0 &&
	    status.st_size == SHARED_STATE_BYTES)
		return;
	fd = open_file(state->folder, key);
	if (fd < 0)
		return; /* What is open still serves. */
	(void)close(state->fd);
	state->fd = fd;
	memcpy(state->key, key, sizeof(key));
	sodium_memzero(key, sizeof(key));
}

/* ---- contents ---- */

bool shared_state_read(const struct shared_state *state, size_t offset,
		       void *data_r, size_t size)
{
	if (state != NULL &&
	    pread(state->fd, data_r, size, (off_t)offset) == (ssize_t)size)
		return true;
	memset(data_r, 0, size);
	return false;
}

bool shared_state_write(const struct shared_state *state, size_t offset,
			const void *data, size_t size)
{
	return state != NULL &&
	       pwrite(state->fd, data, size, (off_t)offset) == (ssize_t)size;
}

/* A lock of the open file rather than of the process, so that it also holds
   against another thread's handle. */
static bool set_lock(const struct shared_state *state, uint64_t offset,
		     short type)
{
	struct flock lock = {
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = (off_t)offset,
		.l_len = 1,
	};

	return fcntl(state->fd, F_OFD_SETLK, &lock) == 0;
}

bool shared_state_claim(const struct shared_state *state, uint64_t offset)
{
	return state != NULL && set_lock(state, offset, F_WRLCK);
}

void shared_state_release(const struct shared_state *state, uint64_t offset)
{
	if (state != NULL)
		(void)set_lock(state, offset, F_UNLCK);
}

const unsigned char *shared_state_key(const struct shared_state *state)
{
	return state == NULL ? NULL : state->key;
}
