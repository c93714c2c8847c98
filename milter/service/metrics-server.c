/* SPDX-License-Identifier: MIT
 *
 * Metrics over HTTP; see milter/service/metrics-server.h.
 */
#include "milter/service/metrics-server.h"

#include "lib/base/listen-address.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct metrics_server {
	const struct metrics *metrics;
	struct MHD_Daemon *daemon;
};

static int open_socket(const char *listen_on, struct error *error)
{
	const int one = 1;
	struct listen_address to;
	int fd;

	if (listen_address_parse(listen_on, &to, error) < 0)
		return -1;
	fd = socket(to.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return error_set(error, "%s", strerror(errno));
	/* Connections of the daemon before us must not keep us from it. */
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (const struct sockaddr *)&to.address, to.length) < 0 ||
	    listen(fd, 16) < 0) {
		(void)error_set(error, "%s", strerror(errno));
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* Takes the text over. */
static enum MHD_Result answer(struct MHD_Connection *connection,
			      unsigned int status, const char *type, char *text,
			      size_t size)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		size, text, MHD_RESPMEM_MUST_FREE);
	enum MHD_Result result;

	if (response == NULL) {
		free(text);
		return MHD_NO;
	}
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				      type);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW,
					      "GET, HEAD");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result answer_metrics(struct MHD_Connection *connection,
				      const struct metrics *metrics)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	bool failed;

	if (stream == NULL)
		return MHD_NO;
	metrics_write(metrics, stream);
	failed = ferror(stream) != 0;
	if (fclose(stream) != 0 || failed) {
		free(text);
		return MHD_NO;
	}
	return answer(connection, MHD_HTTP_OK, "text/plain; version=0.0.4",
		      text, size);
}

static enum MHD_Result on_request(void *context,
				  struct MHD_Connection *connection,
				  const char *url, const char *method,
				  const char *version, const char *data,
				  size_t *data_size, void **state)
{
	const struct metrics_server *server = context;

	(void)version;
	(void)data;
	(void)data_size;
	(void)state;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
			      "text/plain", strdup("GET only\n"), 9);
	if (strcmp(url, "/metrics") != 0)
		return answer(connection, MHD_HTTP_NOT_FOUND, "text/plain",
			      strdup("see /metrics\n"), 13);
	return answer_metrics(connection, server->metrics);
}

int metrics_server_start(const struct metrics *metrics, const char *listen_on,
			 struct metrics_server **server_r, struct error *error)
{
	struct metrics_server *server = calloc(1, sizeof(*server));
	int fd;

	if (server == NULL)
		return error_set(error, "out of memory");
	server->metrics = metrics;
	fd = open_socket(listen_on, error);
	if (fd < 0) {
		free(server);
		return error_prefix(error,
				    "metrics_listen: cannot listen on %s",
				    listen_on);
	}
	/* Takes the descriptor over. Not by select(), which cannot see
	   descriptors past 1023, and there may be that many. */
	server->daemon = MHD_start_daemon(
		MHD_USE_AUTO_INTERNAL_THREAD, 0, NULL, NULL, on_request, server,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned int)METRICS_SERVER_CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned int)METRICS_SERVER_IDLE_SECONDS, MHD_OPTION_END);
	if (server->daemon == NULL) {
		(void)close(fd);
		free(server);
		return error_set(error,
				 "metrics_listen: the HTTP server does not "
				 "start");
	}
	*server_r = server;
	return 0;
}

void metrics_server_stop(struct metrics_server **server)
{
	if (*server == NULL)
		return;
	MHD_stop_daemon((*server)->daemon);
	free(*server);
	*server = NULL;
}
