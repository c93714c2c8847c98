/* SPDX-License-Identifier: MIT
 *
 * Metrics over HTTP, asked as a client would.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "milter/service/metrics-server.h"

#define ANSWER_BYTES 65536

/* A port of the loopback address that nobody has just now. */
static in_port_t free_port(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length),
			 0);
	(void)close(fd);
	return ntohs(address.sin_port);
}

static int connect_to(int family, in_port_t port)
{
	const struct sockaddr_in v4 = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const struct sockaddr_in6 v6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	int fd = socket(family, SOCK_STREAM, 0);
	int ret;

	assert_true(fd >= 0);
	if (family == AF_INET)
		ret = connect(fd, (const struct sockaddr *)&v4, sizeof(v4));
	else
		ret = connect(fd, (const struct sockaddr *)&v6, sizeof(v6));
	assert_int_equal(ret, 0);
	return fd;
}

static void ask(int family, in_port_t port, const char *request,
		char answer_r[ANSWER_BYTES])
{
	char text[256];
	size_t used = 0;
	ssize_t got;
	int fd = connect_to(family, port);
	int length = snprintf(text, sizeof(text),
			      "%s HTTP/1.1\r\nHost: x\r\n"
			      "Connection: close\r\n\r\n",
			      request);

	assert_int_equal(send(fd, text, (size_t)length, 0), length);
	while ((got = recv(fd, answer_r + used, ANSWER_BYTES - 1 - used, 0)) >
	       0)
		used += (size_t)got;
	answer_r[used] = '\0';
	(void)close(fd);
}

static struct metrics_server *start(const struct metrics *metrics,
				    const char *host, in_port_t port)
{
	struct metrics_server *server = NULL;
	struct error error = {""};
	char listen_on[64];

	(void)snprintf(listen_on, sizeof(listen_on), "%s:%u", host, port);
	if (metrics_server_start(metrics, listen_on, &server, &error) < 0)
		fail_msg("%s", error.text);
	return server;
}

static void requests_are_answered(void **state)
{
	static const struct {
		const char *request;
		const char *expected[3];
		bool has_metrics;
	} cases[] = {
		{"GET /metrics",
		 {"HTTP/1.1 200 ",
		  "Content-Type: text/plain; version=0.0.4\r\n"},
		 true},
		{"HEAD /metrics", {"HTTP/1.1 200 "}, false},
		{"GET /", {"HTTP/1.1 404 ", "\r\n\r\nsee /metrics\n"}, false},
		{"GET /metrics/x", {"HTTP/1.1 404 "}, false},
		{"POST /metrics",
		 {"HTTP/1.1 405 ", "Allow: GET, HEAD\r\n",
		  "\r\n\r\nGET only\n"},
		 false},
	};
	static char answer[ANSWER_BYTES];
	struct metrics *metrics = metrics_new();
	const in_port_t port = free_port();
	struct metrics_server *server = start(metrics, "127.0.0.1", port);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ask(AF_INET, port, cases[i].request, answer);
		for (size_t e = 0; e < 3; e++) {
			if (cases[i].expected[e] != NULL &&
			    strstr(answer, cases[i].expected[e]) == NULL)
				fail_msg("%s: %s", cases[i].request, answer);
		}
		/* Only the wrong method is told which is right. */
		assert_int_equal(strstr(answer, "Allow:") != NULL,
				 strncmp(cases[i].request, "POST", 4) == 0);
		assert_int_equal(
			strstr(answer, "alumni_milter_connections 0") != NULL,
			cases[i].has_metrics);
	}
	metrics_server_stop(&server);
	assert_null(server);
	metrics_server_stop(&server);
	metrics_free(&metrics);
}

/* A daemon that is started anew takes the port of the one before, whose
   connections have not ended long ago. */
static void a_port_is_taken_over(void **state)
{
	static char answer[ANSWER_BYTES];
	struct metrics *metrics = metrics_new();
	const in_port_t port = free_port();
	struct metrics_server *server = start(metrics, "127.0.0.1", port);
	struct metrics_server *other = NULL;
	struct error error = {""};
	char listen_on[64];

	(void)state;
	(void)snprintf(listen_on, sizeof(listen_on), "127.0.0.1:%u", port);
	assert_int_equal(
		metrics_server_start(metrics, listen_on, &other, &error), -1);
	assert_ptr_equal(strstr(error.text, "metrics_listen: "), error.text);
	assert_non_null(strstr(error.text, listen_on));
	ask(AF_INET, port, "GET /metrics", answer);
	metrics_server_stop(&server);
	server = start(metrics, "127.0.0.1", port);
	ask(AF_INET, port, "GET /metrics", answer);
	assert_non_null(strstr(answer, "200 OK"));
	metrics_server_stop(&server);
	metrics_free(&metrics);
}

static void ipv6_is_an_address_too(void **state)
{
	static char answer[ANSWER_BYTES];
	struct metrics *metrics = metrics_new();
	const in_port_t port = free_port();
	struct metrics_server *server = start(metrics, "[::1]", port);

	(void)state;
	ask(AF_INET6, port, "GET /metrics", answer);
	assert_non_null(strstr(answer, "200 OK"));
	metrics_server_stop(&server);
	metrics_free(&metrics);
}

static void what_is_no_address_is_refused(void **state)
{
	static const char *const cases[] = {"",      ":80",   "127.0.0.1",
					    "x:80",  "[]:80", "[127.0.0.1]:80",
					    "::1:80"};
	struct metrics *metrics = metrics_new();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct metrics_server *server = NULL;
		struct error error = {""};

		if (metrics_server_start(metrics, cases[i], &server, &error) !=
		    -1)
			fail_msg("\"%s\" was taken", cases[i]);
		assert_non_null(strstr(error.text, "metrics_listen"));
	}
	metrics_free(&metrics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_answered),
		cmocka_unit_test(a_port_is_taken_over),
		cmocka_unit_test(ipv6_is_an_address_too),
		cmocka_unit_test(what_is_no_address_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
