/* SPDX-License-Identifier: MIT
 *
 * TCP connections with a deadline; see lib/directory/socket.h. libldap does not
 * connect, so that the deadline holds for all addresses together and the
 * descriptor is known before the first byte is read.
 */
#include "lib/directory/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clock.h"

#define PORT_TEXT_BYTES 16

/* Waits until the connection is made. Returns 0 or an errno value. */
static int await_connection(int fd, int64_t deadline_msecs)
{
	struct pollfd pollfd = {.fd = fd, .events = POLLOUT};
	socklen_t length = sizeof(int);
	int status = 0;

	for (;;) {
		int64_t left = deadline_msecs - clock_msecs();
		int ready = poll(&pollfd, 1, left > 0 ? (int)left : 0);

		if (ready == 0)
			return ETIMEDOUT;
		if (ready > 0)
			break;
		if (errno != EINTR)
			return errno;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &status, &length) < 0)
		return errno;
	return status;
}

/* Returns 0 or an errno value. */
static int connect_to(int fd, const struct addrinfo *address,
		      int64_t deadline_msecs)
{
	const int on = 1;
	int flags, status;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	if (connect(fd, address->ai_addr, address->ai_addrlen) < 0) {
		if (errno != EINPROGRESS && errno != EINTR)
			return errno;
		status = await_connection(fd, deadline_msecs);
		if (status != 0)
			return status;
	}
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
		return errno;
	return 0;
}

static int connect_to_any(const struct addrinfo *addresses,
			  int64_t deadline_msecs)
{
	int status = EADDRNOTAVAIL;
	int left = 0;

	for (const struct addrinfo *a = addresses; a != NULL; a = a->ai_next)
		left++;
	for (const struct addrinfo *a = addresses; a != NULL; a = a->ai_next) {
		int64_t now = clock_msecs();
		int fd = socket(a->ai_family,
				a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
				a->ai_protocol);

		if (fd < 0) {
			status = errno;
		} else {
			status = connect_to(
				fd, a, now + (deadline_msecs - now) / left);
			if (status == 0)
				return fd;
			(void)close(fd);
		}
		left--;
	}
	errno = status;
	return -1;
}

int directory_socket_connect(const char *host, int port, int64_t deadline_msecs,
			     struct error *error)
{
	const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_ADDRCONFIG,
	};
	struct addrinfo *addresses;
	char port_text[PORT_TEXT_BYTES];
	int fd, status;

	(void)snprintf(port_text, sizeof(port_text), "%d", port);
	status = getaddrinfo(host, port_text, &hints, &addresses);
	if (status != 0)
		return error_set(error, "cannot find the address of %s: %s",
				 host, gai_strerror(status));
	fd = connect_to_any(addresses, deadline_msecs);
	if (fd < 0)
		error_set(error, "cannot connect to %s port %d: %s", host, port,
			  strerror(errno));
	freeaddrinfo(addresses);
	return fd;
}
