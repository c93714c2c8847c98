/* SPDX-License-Identifier: MIT
 *
 * A server in a thread that takes connections and plays a script of bytes, for
 * what no real server does on demand: keep silent, or stop in the middle.
 */
#ifndef ALUMNI_TESTS_UNIT_DIRECTORY_FAKE_SERVER_H
#define ALUMNI_TESTS_UNIT_DIRECTORY_FAKE_SERVER_H

#include <pthread.h>
#include <stddef.h>

/* Said after each thing that the client says; then silence. */
struct fake_answer {
	const char *bytes;
	size_t size;
};

struct fake_server {
	pthread_t thread;
	int listener;
	int wake[2];
	char uri[64];
	const struct fake_answer *answers;
	size_t answer_count;
	/* What came in last, of all connections together; read it only after
	   fake_server_stop(). */
	char heard[4096];
	size_t heard_size;
};

/* Starts on a free port of 127.0.0.1. Return 0 or -1. */
int fake_server_start(struct fake_server *server, const char *scheme,
		      const struct fake_answer *answers, size_t answer_count);
void fake_server_stop(struct fake_server *server);

#endif
