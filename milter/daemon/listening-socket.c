/* SPDX-License-Identifier: MIT
 *
 * Unix sockets; see milter/daemon/listening-socket.h.
 */
#include "milter/daemon/listening-socket.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define FOLDER_MODE 0750
#define SOCKET_MODE 0660

static int fill_address(const char *path, struct sockaddr_un *address_r,
			struct error *error)
{
	*address_r = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(address_r->sun_path))
		return error_set(error,
				 "the socket path %s is longer than %zu octets",
				 path, sizeof(address_r->sun_path) - 1);
	memcpy(address_r->sun_path, path, strlen(path) + 1);
	return 0;
}

/* Connecting is the one way to know whether somebody listens. */
static bool is_listened_on(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool listened_on;

	if (fd < 0)
		return true;
	listened_on = connect(fd, (const struct sockaddr *)address,
			      sizeof(*address)) == 0;
	(void)close(fd);
	return listened_on;
}

static int make_folder(const char *path, const struct privileges *privileges,
		       struct error *error)
{
	char folder[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	const char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		return 0;
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path),
		       path);
	if (mkdir(folder, FOLDER_MODE) < 0) {
		if (errno == EEXIST)
			return 0;
		return error_set(error,
				 "cannot create the folder %s of the socket "
				 "%s: %s",
				 folder, path, strerror(errno));
	}
	if (privileges->is_root &&
	    chown(folder, privileges->uid, privileges->socket_gid) < 0)
		return error_set(error, "cannot give the folder %s to %s: %s",
				 folder, privileges->user, strerror(errno));
	/* Not narrowed by our umask: the group must be able to pass. */
	if (chmod(folder, FOLDER_MODE) < 0)
		return error_set(error, "cannot set the mode of %s: %s", folder,
				 strerror(errno));
	return 0;
}

int listening_socket_prepare(const char *path,
			     const struct privileges *privileges,
			     struct error *error)
{
	struct sockaddr_un address;
	struct stat status;

	if (fill_address(path, &address, error) < 0 ||
	    make_folder(path, privileges, error) < 0)
		return -1;
	if (lstat(path, &status) < 0) {
		if (errno == ENOENT)
			return 0;
		return error_set(error, "cannot examine %s: %s", path,
				 strerror(errno));
	}
	if (!S_ISSOCK(status.st_mode))
		return error_set(error,
				 "%s is not a socket: remove it, or set "
				 "milter_socket and maps_socket to other paths",
				 path);
	if (is_listened_on(&address))
		return error_set(error,
				 "another process listens on %s already: stop "
				 "it first",
				 path);
	if (unlink(path) < 0)
		return error_set(error, "cannot remove the old socket %s: %s",
				 path, strerror(errno));
	return 0;
}

int listening_socket_open(const char *path, struct error *error)
{
	struct sockaddr_un address;
	int fd;

	if (fill_address(path, &address, error) < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return error_set(error, "cannot make a socket: %s",
				 strerror(errno));
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, SOMAXCONN) < 0) {
		error_set(error, "cannot listen on %s: %s", path,
			  strerror(errno));
		(void)close(fd);
		return -1;
	}
	return fd;
}

int listening_socket_give(const char *path, const struct privileges *privileges,
			  struct error *error)
{
	if (privileges->is_root &&
	    lchown(path, privileges->uid, privileges->socket_gid) < 0)
		return error_set(error, "cannot give the socket %s to %s: %s",
				 path, privileges->user, strerror(errno));
	if (chmod(path, SOCKET_MODE) < 0)
		return error_set(error, "cannot set the mode of %s: %s", path,
				 strerror(errno));
	return 0;
}
