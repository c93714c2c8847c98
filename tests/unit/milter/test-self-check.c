/* SPDX-License-Identifier: MIT
 *
 * The daemon that asks itself, against servers that answer as they are told.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "milter/daemon/listening-socket.h"
#include "milter/daemon/self-check.h"

/* A server that takes one connection, and a question of that many octets, and
   sends its answer in pieces of one octet. */
struct server {
	char path[96];
	int listen_fd;
	const char *answer;
	size_t answer_bytes;
	size_t question_bytes;
	char question[64];
	pthread_t thread;
};

#define NEGOTIATION_BYTES 17
#define LOOK_UP_BYTES     21

static char folder[] = "/tmp/test-check-XXXXXX";

static void *serve(void *argument)
{
	struct server *server = argument;
	int fd = accept(server->listen_fd, NULL, NULL);

	if (fd < 0)
		return NULL;
	(void)recv(fd, server->question, server->question_bytes, MSG_WAITALL);
	for (size_t i = 0; i < server->answer_bytes; i++)
		(void)send(fd, server->answer + i, 1, MSG_NOSIGNAL);
	(void)close(fd);
	return NULL;
}

static void start(struct server *server, const char *name, const char *answer,
		  size_t answer_bytes, size_t question_bytes)
{
	*server = (struct server){
		.answer = answer,
		.answer_bytes = answer_bytes,
		.question_bytes = question_bytes,
	};
	(void)snprintf(server->path, sizeof(server->path), "%s/%s", folder,
		       name);
	server->listen_fd = listening_socket_open(server->path, NULL);
	assert_true(server->listen_fd >= 0);
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server),
			 0);
}

static void end_server(struct server *server)
{
	(void)shutdown(server->listen_fd, SHUT_RDWR);
	assert_int_equal(pthread_join(server->thread, NULL), 0);
	(void)close(server->listen_fd);
	(void)unlink(server->path);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

/* The text of the error, or "" if all is well. */
static const char *check(const char *milter_answer, size_t milter_bytes,
			 const char *maps_answer, size_t maps_bytes)
{
	static struct error error;
	struct server milter, maps;
	int ret;

	start(&milter, "milter", milter_answer, milter_bytes,
	      NEGOTIATION_BYTES);
	start(&maps, "maps", maps_answer, maps_bytes, LOOK_UP_BYTES);
	error = (struct error){""};
	ret = self_check(milter.path, maps.path, &error);
	end_server(&milter);
	end_server(&maps);
	if (ret == 0) {
		assert_memory_equal(milter.question, "\0\0\0\015O\0\0\0\006",
				    9);
		assert_string_equal(maps.question, "17:mailbox x@invalid,");
		return "";
	}
	assert_int_equal(ret, -1);
	return error.text;
}

static void answers_are_looked_at(void **state)
{
	static const struct {
		const char *milter;
		size_t milter_bytes;
		const char *maps;
		const char *error; /* what is in it */
	} cases[] = {
		{"\0\0\0\015O", 5, "9:NOTFOUND ,", ""},
		{"\0\0\0\015O more", 10, "9:NOTFOUND , more", ""},
		{"\0\0\0\015X", 5, "9:NOTFOUND ,", "milter answers wrongly"},
		{"\0\0\0\015", 4, "9:NOTFOUND ,", "milter does not answer"},
		{"", 0, "9:NOTFOUND ,", "milter does not answer"},
		{"\0\0\0\015O", 5, "9:NOTFOUND.,", "maps answers wrongly"},
		{"\0\0\0\015O", 5, "9:NOTFOUND .", "maps answers wrongly"},
		{"\0\0\0\015O", 5, "9:NOTFOUND ", "maps does not answer"},
		{"\0\0\0\015O", 5, "", "maps does not answer"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *error =
			check(cases[i].milter, cases[i].milter_bytes,
			      cases[i].maps, strlen(cases[i].maps));

		if (strstr(error, cases[i].error) == NULL ||
		    (cases[i].error[0] == '\0') != (error[0] == '\0'))
			fail_msg("case %zu: %s", i, error);
	}
}

static void nobody_listens(void **state)
{
	char path[256] = "/";
	struct error error = {""};

	(void)state;
	assert_int_equal(self_check("/nowhere/milter", "/nowhere/maps", &error),
			 -1);
	assert_non_null(strstr(error.text, "/nowhere/milter"));
	memset(path + 1, 'x', sizeof(path) - 2);
	assert_int_equal(self_check(path, path, &error), -1);
	assert_non_null(strstr(error.text, "too long"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_looked_at),
		cmocka_unit_test(nobody_listens),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
