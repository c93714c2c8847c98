/* SPDX-License-Identifier: MIT
 *
 * The socketmap server over its socket.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "milter/maps/socketmap.h"
#include "tests/unit/milter/milter-fixture.h"

#define STOP_SECONDS 30

static struct sockaddr_un address = {.sun_family = AF_UNIX};
static struct socketmap *socketmap;

static int set_up(void **state)
{
	struct error error = {""};
	int fd;

	if (milter_fixture_set_up(state) != 0)
		return -1;
	(void)snprintf(address.sun_path, sizeof(address.sun_path),
		       "%.90s/socket",
		       ((struct milter_fixture *)*state)->store->folder);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 16) < 0)
		return -1;
	return socketmap_start(&((struct milter_fixture *)*state)->service, fd,
			       &socketmap, &error);
}

static int tear_down(void **state)
{
	if (socketmap != NULL && !socketmap_stop(&socketmap, STOP_SECONDS))
		return -1;
	return milter_fixture_tear_down(state);
}

static int connected(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(
		connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void ask(int fd, const char *text, size_t length)
{
	assert_int_equal(send(fd, text, length, MSG_NOSIGNAL), length);
}

static void expect(int fd, const char *answer)
{
	char got[256];
	ssize_t length = recv(fd, got, strlen(answer), MSG_WAITALL);

	assert_true(length >= 0);
	got[length] = '\0';
	assert_string_equal(got, answer);
}

static void expect_hang_up(int fd)
{
	char octet;

	assert_int_equal(recv(fd, &octet, 1, 0), 0);
	(void)close(fd);
}

#define QUESTION "25:alias anna@alumni.example,"
#define ANSWER   "24:OK alumna@alumni.example,"
#define OTHER    "17:mailbox x@invalid,"
#define ABSENT   "9:NOTFOUND ,"

static void requests_are_answered_in_order(void **state)
{
	const int fd = connected();

	(void)state;
	for (int i = 0; i < 3; i++) {
		ask(fd, QUESTION, strlen(QUESTION));
		expect(fd, ANSWER);
	}
	/* Without waiting, and more than the buffer holds at first. */
	for (int i = 0; i < 100; i++)
		ask(fd, QUESTION OTHER, strlen(QUESTION OTHER));
	for (int i = 0; i < 100; i++)
		expect(fd, ANSWER ABSENT);
	(void)close(fd);
}

static void a_request_may_come_in_pieces(void **state)
{
	const int fd = connected();
	const int other = connected();

	(void)state;
	for (size_t i = 0; i < strlen(QUESTION OTHER); i++) {
		ask(fd, QUESTION OTHER + i, 1);
		/* Nobody else waits for the rest. */
		if (i % 8 == 0) {
			ask(other, OTHER, strlen(OTHER));
			expect(other, ABSENT);
		}
	}
	expect(fd, ANSWER ABSENT);
	(void)close(fd);
	(void)close(other);
}

/* The longest that is read is answered, whatever it is. */
static void what_is_no_request_ends_the_connection(void **state)
{
	static const char *const cases[] = {"x", "5:alias.", "100001:"};
	static char longest[SOCKETMAP_REQUEST_BYTES_MAX + 1];
	int fd;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fd = connected();
		/* What came before is answered. */
		ask(fd, QUESTION, strlen(QUESTION));
		ask(fd, cases[i], strlen(cases[i]));
		expect(fd, ANSWER);
		expect_hang_up(fd);
	}
	memset(longest, 'x', sizeof(longest) - 1);
	memcpy(longest, "mailbox ", 8);
	fd = connected();
	ask(fd, "100000:", 7);
	ask(fd, longest, sizeof(longest) - 1);
	ask(fd, ",", 1);
	expect(fd, ABSENT);
	(void)close(fd);
}

static void who_goes_away_leaves_no_trace(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++) {
		const int fd = connected();

		/* In the middle of a request, of an answer, and in between. */
		if (i % 3 != 0)
			ask(fd, QUESTION, i % 3 == 1 ? 5 : strlen(QUESTION));
		(void)close(fd);
	}
}

/* The list of connections must hold, whichever of them ends. */
static void they_may_go_in_any_order(void **state)
{
	static const size_t orders[][3] = {
		{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {1, 2, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		int fds[3];

		for (size_t n = 0; n < 3; n++) {
			fds[n] = connected();
			ask(fds[n], QUESTION, strlen(QUESTION));
			expect(fds[n], ANSWER);
		}
		for (size_t n = 0; n < 3; n++) {
			/* Seen to have ended before the next one does. */
			(void)shutdown(fds[orders[i][n]], SHUT_WR);
			expect_hang_up(fds[orders[i][n]]);
		}
	}
}

/* Last. Connections that wait for a request are ended. */
static void stopping_ends_all_connections(void **state)
{
	const int idle = connected();
	const int half = connected();
	const int fd = connected();

	(void)state;
	ask(half, "27:al", 5);
	ask(fd, QUESTION, strlen(QUESTION));
	expect(fd, ANSWER);
	assert_true(socketmap_stop(&socketmap, STOP_SECONDS));
	assert_null(socketmap);
	expect_hang_up(idle);
	expect_hang_up(half);
	expect_hang_up(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_answered_in_order),
		cmocka_unit_test(a_request_may_come_in_pieces),
		cmocka_unit_test(what_is_no_request_ends_the_connection),
		cmocka_unit_test(who_goes_away_leaves_no_trace),
		cmocka_unit_test(they_may_go_in_any_order),
		cmocka_unit_test(stopping_ends_all_connections),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
