/* SPDX-License-Identifier: MIT
 *
 * Socketmap server; see milter/maps/socketmap.h.
 */
#include "milter/maps/socketmap.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "milter/service/log.h"
#include "milter/maps/maps.h"
#include "milter/maps/netstring.h"
#include "lib/base/thread.h"

#define REQUEST_BYTES_FIRST 4096
/* How long to wait when the process is out of descriptors or threads. */
#define EXHAUSTED_MSECS 100

struct connection {
	struct socketmap *socketmap;
	int fd;
	struct connection *next;
	struct connection **previous;
	char *buffer;
	size_t used;
	size_t size;
};

struct socketmap {
	const struct milter_service *service;
	int listen_fd;
	pthread_t acceptor;
	struct under_way *connections_under_way;

	pthread_mutex_t mutex;
	pthread_cond_t room; /* a connection ended, or it is time to stop */
	bool stopping;
	struct connection *connections;
	unsigned int connection_count;
};

/* ---- one connection ---- */

static bool send_all(int fd, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		data += sent;
		length -= (size_t)sent;
	}
	return true;
}

static bool answer_request(struct connection *connection, const char *request,
			   size_t length)
{
	char answer[MAPS_ANSWER_BYTES];
	char reply[MAPS_ANSWER_BYTES + NETSTRING_OVERHEAD];

	maps_answer(connection->socketmap->service, request, length, answer);
	length = netstring_format(answer, reply, sizeof(reply));
	return length > 0 && send_all(connection->fd, reply, length);
}

/* Answers all complete requests in the buffer. Returns false when the
   connection must be closed. */
static bool answer_requests(struct connection *connection)
{
	const char *request;
	size_t length, consumed;

	for (;;) {
		switch (netstring_parse(connection->buffer, connection->used,
					SOCKETMAP_REQUEST_BYTES_MAX, &request,
					&length, &consumed)) {
		case NETSTRING_INCOMPLETE:
			return true;
		case NETSTRING_MALFORMED:
			log_failure("bad-request", "not a socketmap request, "
						   "or too long");
			return false;
		case NETSTRING_COMPLETE:
			break;
		}
		if (!answer_request(connection, request, length))
			return false;
		connection->used -= consumed;
		memmove(connection->buffer, connection->buffer + consumed,
			connection->used);
	}
}

static bool make_room(struct connection *connection)
{
	size_t size = connection->size == 0 ? REQUEST_BYTES_FIRST
					    : 2 * connection->size;
	char *buffer;

	if (connection->used < connection->size)
		return true;
	/* This ends, since the parser refuses a request by its length alone. */
	buffer = realloc(connection->buffer, size);
	if (buffer == NULL)
		return false;
	connection->buffer = buffer;
	connection->size = size;
	return true;
}

static void serve(struct connection *connection)
{
	ssize_t got;

	while (make_room(connection)) {
		got = recv(connection->fd,
			   connection->buffer + connection->used,
			   connection->size - connection->used, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return;
		connection->used += (size_t)got;
		if (!answer_requests(connection))
			return;
	}
}

static void remove_connection(struct connection *connection)
{
	struct socketmap *socketmap = connection->socketmap;

	(void)pthread_mutex_lock(&socketmap->mutex);
	*connection->previous = connection->next;
	if (connection->next != NULL)
		connection->next->previous = connection->previous;
	socketmap->connection_count--;
	/* Under the lock, so that socketmap_stop() never shuts down a
	   descriptor that is somebody else's already. */
	(void)close(connection->fd);
	(void)pthread_cond_signal(&socketmap->room);
	(void)pthread_mutex_unlock(&socketmap->mutex);
	under_way_end(socketmap->connections_under_way);
	free(connection->buffer);
	free(connection);
}

static void *run_connection(void *argument)
{
	struct connection *connection = argument;

	serve(connection);
	remove_connection(connection);
	return NULL;
}

/* ---- taking connections ---- */

static void set_time_limits(int fd)
{
	const struct timeval idle = {.tv_sec = SOCKETMAP_IDLE_SECONDS};
	const struct timeval write_time = {.tv_sec = SOCKETMAP_WRITE_SECONDS};

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof(idle));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &write_time,
			 sizeof(write_time));
}

/* Returns false if it is time to stop. */
static bool wait_for_room(struct socketmap *socketmap)
{
	bool stopping;

	(void)pthread_mutex_lock(&socketmap->mutex);
	while (!socketmap->stopping &&
	       socketmap->connection_count >= SOCKETMAP_CONNECTIONS_MAX)
		(void)pthread_cond_wait(&socketmap->room, &socketmap->mutex);
	stopping = socketmap->stopping;
	(void)pthread_mutex_unlock(&socketmap->mutex);
	return !stopping;
}

/* Returns NULL if it is time to stop, or there is no memory; the descriptor is
   then closed. */
static struct connection *add_connection(struct socketmap *socketmap, int fd)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	(void)pthread_mutex_lock(&socketmap->mutex);
	if (connection == NULL || socketmap->stopping) {
		(void)pthread_mutex_unlock(&socketmap->mutex);
		free(connection);
		(void)close(fd);
		return NULL;
	}
	connection->socketmap = socketmap;
	connection->fd = fd;
	connection->next = socketmap->connections;
	connection->previous = &socketmap->connections;
	if (connection->next != NULL)
		connection->next->previous = &connection->next;
	socketmap->connections = connection;
	socketmap->connection_count++;
	(void)under_way_begin(socketmap->connections_under_way);
	(void)pthread_mutex_unlock(&socketmap->mutex);
	return connection;
}

static void *run_acceptor(void *argument)
{
	struct socketmap *socketmap = argument;

	while (wait_for_room(socketmap)) {
		int fd =
			accept4(socketmap->listen_fd, NULL, NULL, SOCK_CLOEXEC);
		struct connection *connection;

		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE ||
			    errno == ENOMEM || errno == ENOBUFS)
				(void)usleep(EXHAUSTED_MSECS * 1000);
			continue;
		}
		set_time_limits(fd);
		connection = add_connection(socketmap, fd);
		if (connection != NULL &&
		    thread_start(run_connection, connection, THREAD_STACK_BYTES,
				 NULL) != 0) {
			log_failure("no-thread", "a connection for look-ups "
						 "is closed");
			remove_connection(connection);
		}
	}
	return NULL;
}

/* ---- life ---- */

static void socketmap_free(struct socketmap **socketmap)
{
	(void)close((*socketmap)->listen_fd);
	thread_condition_destroy(&(*socketmap)->mutex, &(*socketmap)->room);
	under_way_free(&(*socketmap)->connections_under_way);
	free(*socketmap);
	*socketmap = NULL;
}

int socketmap_start(const struct milter_service *service, int listen_fd,
		    struct socketmap **socketmap_r, struct error *error)
{
	struct socketmap *socketmap = calloc(1, sizeof(*socketmap));
	int ret;

	if (socketmap == NULL)
		return error_set(error, "out of memory");
	socketmap->service = service;
	socketmap->listen_fd = listen_fd;
	socketmap->connections_under_way = under_way_new();
	thread_condition_init(&socketmap->mutex, &socketmap->room);
	ret = socketmap->connections_under_way == NULL
		      ? ENOMEM
		      : thread_start(run_acceptor, socketmap,
				     THREAD_STACK_BYTES, &socketmap->acceptor);
	if (ret != 0) {
		socketmap_free(&socketmap);
		return error_set(error,
				 "cannot start the thread for look-ups: "
				 "%s",
				 strerror(ret));
	}
	*socketmap_r = socketmap;
	return 0;
}

bool socketmap_stop(struct socketmap **socketmap_p, unsigned int seconds)
{
	struct socketmap *socketmap = *socketmap_p;

	(void)pthread_mutex_lock(&socketmap->mutex);
	socketmap->stopping = true;
	/* Wakes accept() and every recv(); answers still go out. */
	(void)shutdown(socketmap->listen_fd, SHUT_RDWR);
	for (struct connection *connection = socketmap->connections;
	     connection != NULL; connection = connection->next)
		(void)shutdown(connection->fd, SHUT_RD);
	(void)pthread_cond_broadcast(&socketmap->room);
	(void)pthread_mutex_unlock(&socketmap->mutex);
	(void)pthread_join(socketmap->acceptor, NULL);
	if (!under_way_wait(socketmap->connections_under_way, seconds))
		return false;
	socketmap_free(socketmap_p);
	return true;
}
