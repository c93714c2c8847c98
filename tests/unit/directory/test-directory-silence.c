/* SPDX-License-Identifier: MIT
 *
 * Directories that stop answering in the middle: no call lasts much longer
 * than its time-out, whatever libldap waits for, and nothing secret is sent
 * before the connection is encrypted.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/directory/directory.h"
#include "lib/base/clock.h"
#include "tests/unit/directory/fake-server.h"

#define TIMEOUT_MSECS     300
#define TIMEOUT_MSECS_MAX 10000
#define SLACK_MSECS       1000

/* LDAPMessage { messageID 1, extended response { success, "", "" } } */
static const char start_tls_yes[] =
	"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00";
/* The same with protocolError. */
static const char start_tls_no[] =
	"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00";
/* LDAPMessage { messageID 1, bind response { success, "", "" } } */
static const char bind_yes[] =
	"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00";
/* LDAPMessage { messageID 2, search done { success, "", "" } } */
static const char search_none[] =
	"\x30\x0c\x02\x01\x02\x65\x07\x0a\x01\x00\x04\x00\x04\x00";
/* LDAPMessage { messageID 2, search entry ... of 100 octets, cut. */
static const char search_half[] = "\x30\x64\x02\x01\x02\x64\x5f\x04\x05uid=a";
/* A TLS record header that promises more than comes. */
static const char handshake_half[] = "\x16\x03\x03\x40\x00\x02";

#define ANSWER(bytes)                                                          \
	{                                                                      \
		bytes, sizeof(bytes) - 1                                       \
	}

static const struct fake_answer hangs_up_in_tls[] = {ANSWER(start_tls_yes)};
static const struct fake_answer stops_in_tls[] = {ANSWER(start_tls_yes),
						  ANSWER(handshake_half)};
static const struct fake_answer refuses_tls[] = {ANSWER(start_tls_no)};
static const struct fake_answer stops_in_ldaps[] = {ANSWER(handshake_half)};
static const struct fake_answer stops_after_bind[] = {ANSWER(bind_yes)};
static const struct fake_answer stops_in_entry[] = {ANSWER(bind_yes),
						    ANSWER(search_half)};
static const struct fake_answer finds_nothing[] = {ANSWER(bind_yes),
						   ANSWER(search_none)};

struct fixture {
	char folder[64];
	char password_file[96];
	char *uris[2];
	struct directory_options options;
};

static char name[] = "university", base[] = "dc=university,dc=example";
static char bind_dn[] = "cn=mail,dc=university,dc=example";
static char filter[] = "(uid=%u)", id_attribute[] = "entryUUID";

static int set_up(void **state)
{
	static struct fixture fixture;
	FILE *file;

	(void)snprintf(fixture.folder, sizeof(fixture.folder),
		       "/tmp/alumni-silence-XXXXXX");
	if (mkdtemp(fixture.folder) == NULL)
		return -1;
	(void)snprintf(fixture.password_file, sizeof(fixture.password_file),
		       "%s/secret", fixture.folder);
	(void)umask(077);
	file = fopen(fixture.password_file, "w");
	if (file == NULL || fputs("service secret\n", file) < 0 ||
	    fclose(file) != 0)
		return -1;
	fixture.options = (struct directory_options){
		.name = name,
		.uris = fixture.uris,
		.bind_dn = bind_dn,
		.bind_password_file = fixture.password_file,
		.base = base,
		.filter = filter,
		.id_attribute = id_attribute,
	};
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	(void)unlink(fixture->password_file);
	return rmdir(fixture->folder);
}

/* How long the threads of this process have waited for a processor because
   others had it, all of them together. */
static int64_t waited_msecs(void)
{
	DIR *folder = opendir("/proc/self/task");
	const struct dirent *thread;
	unsigned long long total = 0;

	assert_non_null(folder);
	while ((thread = readdir(folder)) != NULL) {
		char path[300];
		unsigned long long waited;
		FILE *file;

		(void)snprintf(path, sizeof(path),
			       "/proc/self/task/%s/schedstat", thread->d_name);
		file = fopen(path, "r");
		if (file == NULL)
			continue;
		if (fscanf(file, "%*u %llu", &waited) == 1)
			total += waited;
		(void)fclose(file);
	}
	(void)closedir(folder);
	return (int64_t)(total / 1000000);
}

struct outcome {
	int ret; /* what directory_find() said */
	int64_t took_msecs;
	int64_t waited_msecs; /* for a processor, meanwhile */
};

/* Asks the server that plays the answers. */
static struct outcome ask(struct fixture *fixture, struct fake_server *server,
			  enum directory_tls tls,
			  const struct fake_answer *answers, size_t count,
			  struct error *error)
{
	const char *scheme = tls == DIRECTORY_TLS_LDAPS ? "ldaps" : "ldap";
	struct directory *directory;
	struct directory_entry entry;
	struct outcome outcome;
	int64_t before, waited;

	assert_int_equal(fake_server_start(server, scheme, answers, count), 0);
	fixture->uris[0] = server->uri;
	fixture->options.tls = tls;
	assert_int_equal(directory_open(&fixture->options, &directory, error),
			 0);
	waited = waited_msecs();
	before = clock_msecs();
	outcome.ret = directory_find(directory, "employee", &entry, error);
	outcome.took_msecs = clock_msecs() - before;
	outcome.waited_msecs = waited_msecs() - waited;
	directory_close(&directory);
	fake_server_stop(server);
	return outcome;
}

/* Asks, and checks what was said, with these words, and that it was said in
   time: what the process waited for a processor does not count. If that was so
   long that the time-out may have been over before it was the server's turn,
   the question is put again with a longer one. */
static void expect(struct fixture *fixture, struct fake_server *server,
		   enum directory_tls tls, const struct fake_answer *answers,
		   size_t count, int ret, const char *words)
{
	for (unsigned int timeout = TIMEOUT_MSECS;; timeout *= 2) {
		struct error error = {.text = ""};
		struct outcome outcome;

		fixture->options.connect_timeout_msecs = timeout;
		fixture->options.request_timeout_msecs = timeout;
		outcome = ask(fixture, server, tls, answers, count, &error);
		/* Connecting and two requests at most. */
		if (outcome.ret == ret && strstr(error.text, words) != NULL &&
		    outcome.took_msecs - outcome.waited_msecs <
			    3 * timeout + SLACK_MSECS)
			return;
		if (outcome.waited_msecs < timeout / 4 ||
		    timeout >= TIMEOUT_MSECS_MAX)
			fail_msg("%d after %d ms, of which %d in wait for a "
				 "processor: \"%s\", wanted %d with \"%s\"",
				 outcome.ret, (int)outcome.took_msecs,
				 (int)outcome.waited_msecs, error.text, ret,
				 words);
	}
}

static void silent_servers_are_given_up_in_time(void **state)
{
	static const struct {
		enum directory_tls tls;
		const struct fake_answer *answers;
		size_t count;
		const char *words;
	} cases[] = {
		{DIRECTORY_TLS_NONE, NULL, 0, "bind of the service account"},
		{DIRECTORY_TLS_NONE, stops_after_bind, 1, "in time"},
		{DIRECTORY_TLS_NONE, stops_in_entry, 2, "in time"},
		{DIRECTORY_TLS_STARTTLS, NULL, 0, "StartTLS"},
		{DIRECTORY_TLS_STARTTLS, hangs_up_in_tls, 1, "handshake"},
		{DIRECTORY_TLS_STARTTLS, stops_in_tls, 2, "handshake"},
		{DIRECTORY_TLS_LDAPS, NULL, 0, "handshake"},
		{DIRECTORY_TLS_LDAPS, stops_in_ldaps, 1, "handshake"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fake_server server;

		expect(*state, &server, cases[i].tls, cases[i].answers,
		       cases[i].count, -1, cases[i].words);
	}
}

static void one_that_answers_is_believed(void **state)
{
	struct fake_server server;

	expect(*state, &server, DIRECTORY_TLS_NONE, finds_nothing, 2, 0, "");
	/* The fake hears; otherwise the next test would prove nothing. */
	assert_non_null(
		memmem(server.heard, server.heard_size, "service secret", 14));
}

static void nothing_secret_is_sent_in_the_clear(void **state)
{
	struct fake_server server;

	expect(*state, &server, DIRECTORY_TLS_STARTTLS, refuses_tls, 1, -1,
	       "refuses StartTLS");
	assert_null(memmem(server.heard, server.heard_size, "secret", 6));
	assert_null(memmem(server.heard, server.heard_size, "employee", 8));
}

static int count_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	assert_non_null(folder);
	while (readdir(folder) != NULL)
		count++;
	(void)closedir(folder);
	return count;
}

static void failures_leave_no_descriptors(void **state)
{
	int before = count_descriptors();

	silent_servers_are_given_up_in_time(state);
	nothing_secret_is_sent_in_the_clear(state);
	one_that_answers_is_believed(state);
	assert_int_equal(count_descriptors(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silent_servers_are_given_up_in_time),
		cmocka_unit_test(one_that_answers_is_believed),
		cmocka_unit_test(nothing_secret_is_sent_in_the_clear),
		cmocka_unit_test(failures_leave_no_descriptors),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
