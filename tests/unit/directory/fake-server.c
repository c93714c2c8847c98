/* SPDX-License-Identifier: MIT
 *
 * A server in a thread; see tests/unit/directory/fake-server.h. One connection
 * at a time is enough for its clients, which wait for it.
 */
#include "tests/unit/directory/fake-server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* False when it is time to stop. */
static bool await(const struct fake_server *server, int fd)
{
	struct pollfd fds[] = {
		{.fd = fd, .events = POLLIN},
		{.fd = server->wake[0], .events = POLLIN},
	};

	return poll(fds, 2, -1) > 0 && fds[1].revents == 0;
}

static void hear(struct fake_server *server, const char *bytes, size_t size)
{
	size_t room = sizeof(server->heard) - server->heard_size;

	if (size > room)
		size = room;
	memcpy(server->heard + server->heard_size, bytes, size);
	server->heard_size += size;
}

/* Returns false when it is time to stop. */
static bool converse(struct fake_server *server, int fd)
{
	char bytes[4096];
	size_t next = 0;

	for (;;) {
		ssize_t got;

		if (!await(server, fd))
			return false;
		got = recv(fd, bytes, sizeof(bytes), 0);
		if (got <= 0)
			return true;
		hear(server, bytes, (size_t)got);
		if (next >= server->answer_count)
			continue;
		(void)send(fd, server->answers[next].bytes,
			   server->answers[next].size, MSG_NOSIGNAL);
		next++;
	}
}

static void *run(void *argument)
{
	struct fake_server *server = argument;
	bool running = true;

	while (running && await(server, server->listener)) {
		int fd = accept(server->listener, NULL, NULL);

		if (fd < 0)
			continue;
		running = converse(server, fd);
		(void)close(fd);
	}
	return NULL;
}

int fake_server_start(struct fake_server *server, const char *scheme,
		      const struct fake_answer *answers, size_t answer_count)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t length = sizeof(address);

	memset(server, 0, sizeof(*server));
	server->answers = answers;
	server->answer_count = answer_count;
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server->listener < 0 || pipe(server->wake) < 0 ||
	    bind(server->listener, (void *)&address, length) < 0 ||
	    listen(server->listener, 8) < 0 ||
	    getsockname(server->listener, (void *)&address, &length) < 0)
		return -1;
	(void)snprintf(server->uri, sizeof(server->uri), "%s://127.0.0.1:%d",
		       scheme, ntohs(address.sin_port));
	return pthread_create(&server->thread, NULL, run, server) == 0 ? 0 : -1;
}

void fake_server_stop(struct fake_server *server)
{
	(void)close(server->wake[1]);
	(void)pthread_join(server->thread, NULL);
	(void)close(server->wake[0]);
	(void)close(server->listener);
}
