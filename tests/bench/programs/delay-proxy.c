/* SPDX-License-Identifier: MIT
 *
 * A TCP relay that makes a server seem to be far away: what comes in on one
 * side goes out on the other half a round trip later. Listens on a port of
 * 127.0.0.1 that it chooses and prints, and runs until it is ended.
 *
 *   delay-proxy SERVER_PORT ROUND_TRIP_USECS
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX  1024
#define CHUNK_BYTES      16384
#define NEVER            INT64_MAX
#define TIMER_SLACK_NSEC 1000UL

/* Data on its way; with no bytes, the end of the stream. */
struct chunk {
	struct chunk *next;
	int64_t due_nsecs;
	size_t size;
	size_t sent;
	char data[];
};

struct direction {
	int from;
	int to;
	bool ended; /* nothing more comes from there */
	bool blocked;
	struct chunk *first;
	struct chunk **last;
};

struct connection {
	struct direction directions[2];
};

struct proxy {
	int listener;
	int server_port;
	int64_t delay_nsecs;
	struct connection *connections[CONNECTIONS_MAX];
	size_t count;
};

static void fail(const char *what)
{
	fprintf(stderr, "delay-proxy: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t now_nsecs(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static void set_no_delay(int fd)
{
	const int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/* ---- connections ---- */

static void direction_init(struct direction *direction, int from, int to)
{
	direction->from = from;
	direction->to = to;
	direction->last = &direction->first;
}

static void accept_connection(struct proxy *proxy)
{
	struct sockaddr_in address = loopback(proxy->server_port);
	struct connection *connection = calloc(1, sizeof(*connection));
	int client = accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC);
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connection == NULL || client < 0 || server < 0)
		fail("accept");
	if (proxy->count == CONNECTIONS_MAX ||
	    connect(server, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(client);
		close(server);
		free(connection);
		return;
	}
	set_no_delay(client);
	set_no_delay(server);
	direction_init(&connection->directions[0], client, server);
	direction_init(&connection->directions[1], server, client);
	proxy->connections[proxy->count++] = connection;
}

static void drop_first(struct direction *direction)
{
	struct chunk *chunk = direction->first;

	direction->first = chunk->next;
	if (direction->first == NULL)
		direction->last = &direction->first;
	free(chunk);
}

static void close_connection(struct proxy *proxy, size_t i)
{
	struct connection *connection = proxy->connections[i];

	for (int d = 0; d < 2; d++) {
		while (connection->directions[d].first != NULL)
			drop_first(&connection->directions[d]);
		close(connection->directions[d].from);
	}
	free(connection);
	proxy->connections[i] = proxy->connections[--proxy->count];
}

/* ---- data ---- */

static void receive(struct direction *direction, int64_t delay_nsecs)
{
	struct chunk *chunk = malloc(sizeof(*chunk) + CHUNK_BYTES);
	ssize_t got;

	if (chunk == NULL)
		fail("memory");
	got = recv(direction->from, chunk->data, CHUNK_BYTES, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
		free(chunk);
		return;
	}
	chunk->next = NULL;
	chunk->size = got > 0 ? (size_t)got : 0;
	chunk->sent = 0;
	chunk->due_nsecs = now_nsecs() + delay_nsecs;
	direction->ended = got <= 0;
	*direction->last = chunk;
	direction->last = &chunk->next;
}

/* Sends what is due. Returns false when the stream has ended. */
static bool deliver(struct direction *direction, int64_t now)
{
	direction->blocked = false;
	while (direction->first != NULL && direction->first->due_nsecs <= now) {
		struct chunk *chunk = direction->first;
		ssize_t sent;

		if (chunk->size == 0)
			return false;
		sent = send(direction->to, chunk->data + chunk->sent,
			    chunk->size - chunk->sent,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		if (sent > 0)
			chunk->sent += (size_t)sent;
		if (chunk->sent < chunk->size) {
			direction->blocked = true;
			return true;
		}
		drop_first(direction);
	}
	return true;
}

/* ---- running ---- */

static int64_t next_due(const struct proxy *proxy)
{
	int64_t due = NEVER;

	for (size_t i = 0; i < proxy->count; i++) {
		for (int d = 0; d < 2; d++) {
			const struct direction *direction =
				&proxy->connections[i]->directions[d];

			if (direction->first != NULL && !direction->blocked &&
			    direction->first->due_nsecs < due)
				due = direction->first->due_nsecs;
		}
	}
	return due;
}

/* Each socket is where one direction comes from and the other goes to. */
static short wanted_events(const struct connection *connection, int d)
{
	const struct direction *in = &connection->directions[d];
	const struct direction *out = &connection->directions[1 - d];

	return (short)((in->ended ? 0 : POLLIN) | (out->blocked ? POLLOUT : 0));
}

static void wait_for_events(const struct proxy *proxy, struct pollfd *waiting)
{
	int64_t due = next_due(proxy);
	int64_t left = due == NEVER ? 0 : due - now_nsecs();
	struct timespec timeout = {0};

	if (left > 0) {
		timeout.tv_sec = left / 1000000000;
		timeout.tv_nsec = left % 1000000000;
	}
	waiting[0] = (struct pollfd){.fd = proxy->listener, .events = POLLIN};
	for (size_t i = 0; i < proxy->count; i++) {
		for (int d = 0; d < 2; d++)
			waiting[1 + 2 * i + (size_t)d] = (struct pollfd){
				.fd = proxy->connections[i]->directions[d].from,
				.events =
					wanted_events(proxy->connections[i], d),
			};
	}
	if (ppoll(waiting, 1 + 2 * proxy->count, due == NEVER ? NULL : &timeout,
		  NULL) < 0)
		waiting[0].revents = 0;
}

static void run_once(struct proxy *proxy)
{
	static struct pollfd waiting[1 + 2 * CONNECTIONS_MAX];
	size_t count = proxy->count;
	int64_t now;

	wait_for_events(proxy, waiting);
	for (size_t i = 0; i < count; i++) {
		for (int d = 0; d < 2; d++) {
			struct direction *direction =
				&proxy->connections[i]->directions[d];

			if (waiting[1 + 2 * i + (size_t)d].revents != 0 &&
			    !direction->ended)
				receive(direction, proxy->delay_nsecs);
		}
	}
	now = now_nsecs();
	/* From the end, since closing moves the last one to the gap. */
	for (size_t i = count; i-- > 0;) {
		if (!deliver(&proxy->connections[i]->directions[0], now) ||
		    !deliver(&proxy->connections[i]->directions[1], now))
			close_connection(proxy, i);
	}
	if (waiting[0].revents != 0)
		accept_connection(proxy);
}

static int listen_somewhere(void)
{
	struct sockaddr_in address = loopback(0);
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 128) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		fail("listen");
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

int main(int argc, char **argv)
{
	static struct proxy proxy;

	if (argc != 3) {
		fprintf(stderr, "usage: delay-proxy SERVER_PORT "
				"ROUND_TRIP_USECS\n");
		return 2;
	}
	/* Ends with whoever started it. */
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NSEC);
	proxy.server_port = atoi(argv[1]);
	proxy.delay_nsecs = atoll(argv[2]) * 1000 / 2;
	proxy.listener = listen_somewhere();
	for (;;)
		run_once(&proxy);
}
