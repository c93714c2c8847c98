/* SPDX-License-Identifier: MIT
 *
 * Sessions, look-ups, counts, metrics and reloading in many threads at once.
 * Its worth is in a build with ThreadSanitizer, which watches every access.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "milter/maps/maps.h"
#include "milter/session/session.h"
#include "milter/maps/socketmap.h"
#include "lib/base/thread.h"
#include "tests/unit/milter/milter-fixture.h"

#define WORKERS  8
#define MESSAGES 40
#define RELOADS  40

static const char *const no_parameters[] = {NULL};

/* One message: authenticated, with a forwarding and a plain recipient. Returns
   false if anything went another way than it must. */
static bool send_message(const struct milter_service *service)
{
	struct session *session = session_new(service, false);
	struct envelope_plan plan;
	char *header = NULL;
	bool well;

	well = session != NULL &&
	       session_begin(session, "<alumna@alumni.example>", no_parameters,
			     "alumna") == 0 &&
	       session_add_recipient(session, "<gone@alumni.example>",
				     no_parameters)
			       .code == NULL &&
	       session_add_recipient(session, "<x@foreign.example>",
				     no_parameters)
			       .code == NULL;
	if (well) {
		session_see_header(session, "From",
				   "Anna <anna@second.example>");
		well = session_decide(session, &plan, &header) == 0 &&
		       plan.reply.code == NULL && header != NULL;
		session_report(session, &plan, NULL);
		envelope_plan_free(&plan);
	}
	free(header);
	session_free(&session);
	return well;
}

static void *run_sessions(void *argument)
{
	for (int i = 0; i < MESSAGES; i++) {
		if (!send_message(argument))
			return (void *)"a message went wrong";
	}
	return NULL;
}

static void *run_look_ups(void *argument)
{
	static const char request[] = "alias anna@alumni.example";
	char answer[MAPS_ANSWER_BYTES];

	for (int i = 0; i < MESSAGES; i++) {
		maps_answer(argument, request, strlen(request), answer);
		if (strcmp(answer, "OK alumna@alumni.example") != 0)
			return (void *)"a look-up went wrong";
	}
	return NULL;
}

static void *run_metrics(void *argument)
{
	const struct milter_service *service = argument;

	for (int i = 0; i < MESSAGES; i++) {
		char *text = NULL;
		size_t size;
		FILE *stream = open_memstream(&text, &size);

		if (stream == NULL)
			return (void *)"out of memory";
		metrics_write(service->metrics, stream);
		(void)fclose(stream);
		if (strstr(text, "alumni_milter_build_info") == NULL)
			return (void *)"the metrics are wrong";
		free(text);
	}
	return NULL;
}

static void reload(const struct milter_fixture *fixture)
{
	const char *changed;
	struct error error = {""};

	if (settings_reload(fixture->service.settings, &changed, &error) < 0)
		fail_msg("%s", error.text);
}

static void everything_at_once(void **state)
{
	struct milter_fixture *fixture = *state;
	void *(*const functions[])(void *) = {run_sessions, run_look_ups,
					      run_sessions, run_metrics};
	struct activity activity;
	struct account account = milter_fixture_account(fixture, "alumna");
	pthread_t threads[WORKERS];
	int64_t now = time(NULL);

	milter_fixture_configure(fixture, "submission_recipients_per_hour = 0");
	reload(fixture);
	for (int i = 0; i < WORKERS; i++)
		assert_int_equal(thread_start(functions[i % 4],
					      &fixture->service, false,
					      &threads[i]),
				 0);
	for (int i = 0; i < RELOADS; i++) {
		reload(fixture);
		assert_int_equal(
			activity_counter_flush(fixture->service.activity, NULL),
			0);
	}
	for (int i = 0; i < WORKERS; i++) {
		void *wrong;

		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		if (wrong != NULL)
			fail_msg("%s", (const char *)wrong);
	}
	/* Nothing was counted twice, or lost. */
	assert_int_equal(
		activity_counter_flush(fixture->service.activity, NULL), 0);
	assert_int_equal(activity_counter_read(fixture->service.activity,
					       account.id, &activity, NULL),
			 0);
	assert_int_equal(activity_sent_today(&activity, now),
			 WORKERS / 2 * MESSAGES * 2);
	assert_true(under_way_wait(fixture->service.messages, 0));
}

static void *ask_socketmap(void *argument)
{
	static const char request[] = "28:mailbox alumna@second.exampl,";
	const int *fd = argument;
	char answer[64];

	for (int i = 0; i < MESSAGES; i++) {
		if (send(*fd, request, strlen(request), MSG_NOSIGNAL) < 0 ||
		    recv(*fd, answer, sizeof(answer), 0) <= 0)
			return (void *)"the server went away";
	}
	return NULL;
}

static int listen_anywhere(struct sockaddr *address, socklen_t *length)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	/* A name of the kernel's choice, in no folder. */
	*address = (struct sockaddr){.sa_family = AF_UNIX};
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, address, sizeof(address->sa_family)), 0);
	assert_int_equal(listen(fd, WORKERS), 0);
	assert_int_equal(getsockname(fd, address, length), 0);
	return fd;
}

static void the_look_up_server_starts_and_stops(void **state)
{
	const struct milter_fixture *fixture = *state;
	struct sockaddr address;
	socklen_t length = sizeof(address);
	struct socketmap *socketmap;
	pthread_t threads[WORKERS];
	int fds[WORKERS];
	struct error error = {""};
	int fd = listen_anywhere(&address, &length);

	assert_int_equal(
		socketmap_start(&fixture->service, fd, &socketmap, &error), 0);
	for (int i = 0; i < WORKERS; i++) {
		fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(connect(fds[i], &address, length), 0);
		assert_int_equal(thread_start(ask_socketmap, &fds[i], false,
					      &threads[i]),
				 0);
	}
	for (int i = 0; i < WORKERS; i++) {
		void *wrong;

		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		if (wrong != NULL)
			fail_msg("%s", (const char *)wrong);
	}
	/* With its connections open. */
	assert_true(socketmap_stop(&socketmap, 10));
	for (int i = 0; i < WORKERS; i++)
		assert_int_equal(close(fds[i]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_at_once),
		cmocka_unit_test(the_look_up_server_starts_and_stops),
	};

	return cmocka_run_group_tests(tests, milter_fixture_set_up,
				      milter_fixture_tear_down);
}
