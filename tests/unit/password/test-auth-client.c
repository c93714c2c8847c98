/* SPDX-License-Identifier: MIT
 *
 * The client of Dovecot's auth socket against a server in a thread that says
 * what a table tells it to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/password/auth-client.h"
#include "lib/password/hash.h"

#define GREETING                                                               \
	"VERSION\t1\t2\nMECH\tLOGIN\tplaintext\nMECH\tPLAIN\tplaintext\n"      \
	"SPID\t7\nCUID\t1\nCOOKIE\tabc\nDONE\n"
#define TIMEOUT_MSECS       10000
#define SHORT_TIMEOUT_MSECS 50

struct server {
	const char *greeting;
	const char *answer;
	bool in_pieces; /* one byte at a time */
	bool is_silent; /* neither answers nor closes */
	char folder[32];
	char path[64];
	int listen_fd;
	char received[4096];
	pthread_t thread;
};

static void server_say(const struct server *server, int fd, const char *text)
{
	size_t step = server->in_pieces ? 1 : strlen(text);

	for (; *text != '\0'; text += step) {
		if (send(fd, text, step, MSG_NOSIGNAL) != (ssize_t)step)
			return;
	}
}

/* Reads until `lines` lines are there or the client closes. */
static void server_hear(struct server *server, int fd, int lines)
{
	size_t used = strlen(server->received);
	ssize_t got = 1;

	while (lines > 0 && got == 1) {
		got = recv(fd, server->received + used, 1, 0);
		if (got == 1 && server->received[used++] == '\n')
			lines--;
	}
}

static void *server_run(void *context)
{
	struct server *server = context;
	int fd = accept(server->listen_fd, NULL, NULL);

	server_say(server, fd, server->greeting);
	server_hear(server, fd, 3);
	if (!server->is_silent)
		server_say(server, fd, server->answer);
	else
		server_hear(server, fd, 1);
	close(fd);
	return NULL;
}

static void server_start(struct server *server)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(server->folder, sizeof(server->folder), "/tmp/auth-XXXXXX");
	assert_non_null(mkdtemp(server->folder));
	snprintf(server->path, sizeof(server->path), "%s/s", server->folder);
	memcpy(address.sun_path, server->path, strlen(server->path) + 1);
	server->listen_fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(server->listen_fd, (struct sockaddr *)&address,
			      sizeof(address)),
			 0);
	assert_int_equal(listen(server->listen_fd, 1), 0);
	assert_int_equal(
		pthread_create(&server->thread, NULL, server_run, server), 0);
}

static void server_stop(struct server *server)
{
	pthread_join(server->thread, NULL);
	close(server->listen_fd);
	unlink(server->path);
	rmdir(server->folder);
}

static const struct {
	const char *name;
	const char *greeting;
	const char *answer;
	enum auth_client_outcome outcome;
	const char *code;
	const char *error; /* a part of it */
} cases[] = {
	{"accepted", GREETING, "OK\t1\tuser=alumna\n", AUTH_CLIENT_ACCEPTED, "",
	 ""},
	{"accepted, nothing more", GREETING, "OK\t1\n", AUTH_CLIENT_ACCEPTED,
	 "", ""},
	{"wrong password", GREETING, "FAIL\t1\tuser=alumna\n",
	 AUTH_CLIENT_REFUSED, "", "refuses"},
	{"disabled", GREETING, "FAIL\t1\tuser=alumna\tcode=user_disabled\n",
	 AUTH_CLIENT_REFUSED, "user_disabled", "user_disabled"},
	{"temporary", GREETING, "FAIL\t1\tuser=alumna\tcode=temp_fail\tx\n",
	 AUTH_CLIENT_TEMPORARY_FAILURE, "temp_fail", "could not decide"},
	{"temporary, as older ones say it", GREETING,
	 "FAIL\t1\tuser=alumna\ttemp\n", AUTH_CLIENT_TEMPORARY_FAILURE, "",
	 "could not decide"},
	{"request dropped", GREETING,
	 "FAIL\t1\treason=Authentication request timed out\n",
	 AUTH_CLIENT_TEMPORARY_FAILURE, "", "could not decide"},
	{"a user named temp", GREETING, "FAIL\t1\tuser=temp\n",
	 AUTH_CLIENT_REFUSED, "", "refuses"},
	{"another request first", GREETING,
	 "OK\t12\tuser=other\nFAIL\t1\tuser=alumna\n", AUTH_CLIENT_REFUSED, "",
	 ""},
	{"continuation", GREETING, "CONT\t1\t\n", AUTH_CLIENT_TEMPORARY_FAILURE,
	 "", "more than PLAIN"},
	{"closed before the answer", GREETING, "",
	 AUTH_CLIENT_TEMPORARY_FAILURE, "", "closed"},
	{"half an answer", GREETING, "OK\t1\tuser=al",
	 AUTH_CLIENT_TEMPORARY_FAILURE, "", "closed"},
	{"no plain", "VERSION\t1\t2\nMECH\tPLAINER\nDONE\n", "OK\t1\n",
	 AUTH_CLIENT_TEMPORARY_FAILURE, "", "auth_mechanisms"},
	{"another version", "VERSION\t2\t0\nMECH\tPLAIN\nDONE\n", "OK\t1\n",
	 AUTH_CLIENT_TEMPORARY_FAILURE, "", "version"},
};

/* The server hears three lines before it answers; one that was not understood
   gets two and then sees the connection close. */
static void check_case(size_t i, bool in_pieces)
{
	struct server server = {
		.greeting = cases[i].greeting,
		.answer = cases[i].answer,
		.in_pieces = in_pieces,
	};
	struct auth_client_reply reply;
	struct error error = {""};
	enum auth_client_outcome outcome;

	server_start(&server);
	outcome = auth_client_try(server.path, "alumna", "alumna-alumni",
				  TIMEOUT_MSECS, &reply, &error);
	server_stop(&server);
	if (outcome != cases[i].outcome ||
	    strcmp(reply.code, cases[i].code) != 0 ||
	    strstr(error.text, cases[i].error) == NULL)
		fail_msg("%s: outcome %d, code \"%s\", error \"%s\"",
			 cases[i].name, outcome, reply.code, error.text);
	if ((outcome == AUTH_CLIENT_ACCEPTED) != (error.text[0] == '\0'))
		fail_msg("%s: error \"%s\"", cases[i].name, error.text);
}

static void test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		check_case(i, false);
		check_case(i, true);
	}
}

static void test_request(void **state)
{
	struct server server = {.greeting = GREETING, .answer = "OK\t1\n"};
	struct auth_client_reply reply;
	struct error error = {""};

	(void)state;
	server_start(&server);
	assert_int_equal(auth_client_try(server.path, "a@b", "p\tw",
					 TIMEOUT_MSECS, &reply, &error),
			 AUTH_CLIENT_ACCEPTED);
	server_stop(&server);
	assert_int_equal(strncmp(server.received, "VERSION\t1\t2\nCPID\t", 17),
			 0);
	/* NUL a@b NUL p TAB w */
	assert_non_null(strstr(server.received,
			       "\nAUTH\t1\tPLAIN\tservice=imap\tsecured\t"
			       "resp=AGFAYgBwCXc=\n"));
}

static void test_longest_name_and_password(void **state)
{
	struct server server = {.greeting = GREETING, .answer = "OK\t1\n"};
	char name[1025];
	char password[PASSWORD_BYTES_MAX + 2];
	struct auth_client_reply reply;
	struct error error = {""};

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memset(password, 'p', sizeof(password) - 1);
	password[PASSWORD_BYTES_MAX] = '\0';
	server_start(&server);
	assert_int_equal(auth_client_try(server.path, name, password,
					 TIMEOUT_MSECS, &reply, &error),
			 AUTH_CLIENT_ACCEPTED);
	server_stop(&server);

	password[PASSWORD_BYTES_MAX] = 'p';
	password[PASSWORD_BYTES_MAX + 1] = '\0';
	memset(server.received, 0, sizeof(server.received));
	server_start(&server);
	assert_int_equal(auth_client_try(server.path, name, password,
					 TIMEOUT_MSECS, &reply, &error),
			 AUTH_CLIENT_TEMPORARY_FAILURE);
	server_stop(&server);
	assert_non_null(strstr(error.text, "too long"));
	assert_null(strstr(server.received, "AUTH"));
}

static void test_line_without_end(void **state)
{
	size_t length = 40000;
	char *greeting = malloc(length + 1);
	struct server server = {.greeting = greeting, .answer = ""};
	struct auth_client_reply reply;
	struct error error = {""};

	(void)state;
	assert_non_null(greeting);
	memset(greeting, 'x', length);
	greeting[length] = '\0';
	server_start(&server);
	assert_int_equal(auth_client_try(server.path, "a", "p", TIMEOUT_MSECS,
					 &reply, &error),
			 AUTH_CLIENT_TEMPORARY_FAILURE);
	server_stop(&server);
	assert_non_null(strstr(error.text, "too long"));
	free(greeting);
}

static void test_silence_ends_at_the_deadline(void **state)
{
	struct server server = {.greeting = GREETING, .is_silent = true};
	struct auth_client_reply reply;
	struct error error = {""};

	(void)state;
	server_start(&server);
	assert_int_equal(auth_client_try(server.path, "a", "p",
					 SHORT_TIMEOUT_MSECS, &reply, &error),
			 AUTH_CLIENT_TEMPORARY_FAILURE);
	server_stop(&server);
	assert_non_null(strstr(error.text, "in time"));
}

static void test_nobody_at_the_socket(void **state)
{
	char long_path[200];
	struct auth_client_reply reply;
	struct error error = {""};

	(void)state;
	assert_int_equal(auth_client_try("/nonexistent/auth-client", "a", "p",
					 TIMEOUT_MSECS, &reply, &error),
			 AUTH_CLIENT_UNAVAILABLE);
	assert_non_null(strstr(error.text, "/nonexistent/auth-client"));
	memset(long_path, '/', sizeof(long_path) - 1);
	long_path[sizeof(long_path) - 1] = '\0';
	assert_int_equal(auth_client_try(long_path, "a", "p", TIMEOUT_MSECS,
					 &reply, &error),
			 AUTH_CLIENT_UNAVAILABLE);
	assert_non_null(strstr(error.text, "longer than"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_longest_name_and_password),
		cmocka_unit_test(test_line_without_end),
		cmocka_unit_test(test_silence_ends_at_the_deadline),
		cmocka_unit_test(test_nobody_at_the_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
