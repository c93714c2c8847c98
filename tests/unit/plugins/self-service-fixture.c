/* SPDX-License-Identifier: MIT
 *
 * See tests/unit/plugins/self-service-fixture.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/password/hash.h"
#include "lib/password/sealed-box.h"
#include "tests/unit/plugins/self-service-fixture.h"

#define GREETING                                                               \
	"VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t7\nCUID\t1\n"            \
	"COOKIE\tabc\nDONE\n"

static char domain[] = "alumni.example";
static char *domains[] = {domain, NULL};
static char postmaster[] = "postmaster";
static char alumni[] = "alumni";
static struct class_options classes[] = {{.name = alumni}};

/* ---- Dovecot ---- */

/* Answers once the client has said VERSION, CPID and AUTH. */
static void answer_one(int fd, const char *answer)
{
	int lines = 3;
	char byte;

	if (send(fd, GREETING, strlen(GREETING), MSG_NOSIGNAL) < 0)
		return;
	while (lines > 0 && recv(fd, &byte, 1, 0) == 1)
		lines -= byte == '\n' ? 1 : 0;
	(void)!send(fd, answer, strlen(answer), MSG_NOSIGNAL);
}

static void *answer_all(void *context)
{
	struct service_fixture *fixture = context;
	int fd;

	while ((fd = accept(fixture->listen_fd, NULL, NULL)) >= 0) {
		answer_one(fd, fixture->answer);
		close(fd);
	}
	return NULL;
}

static void start_dovecot(struct service_fixture *fixture)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	fixture->answer = DOVECOT_ACCEPTS;
	assert_true(strlen(fixture->socket) < sizeof(address.sun_path));
	memcpy(address.sun_path, fixture->socket, strlen(fixture->socket) + 1);
	fixture->listen_fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fixture->listen_fd, (struct sockaddr *)&address,
			      sizeof(address)),
			 0);
	assert_int_equal(listen(fixture->listen_fd, 4), 0);
	assert_int_equal(
		pthread_create(&fixture->thread, NULL, answer_all, fixture), 0);
}

/* ---- files ---- */

static void write_file(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void make_sendmail(struct service_fixture *fixture)
{
	char script[2 * FIXTURE_PATH_BYTES];

	(void)snprintf(script, sizeof(script),
		       "#!/bin/sh\n{ echo \"to $5\"; cat; echo; } >> '%s'\n",
		       fixture->mail);
	write_file(fixture->sendmail, script, 0755);
	write_file(fixture->mail, "", 0644);
}

static void make_keys(struct service_fixture *fixture)
{
	char private[SEALED_BOX_KEY_BYTES], public[SEALED_BOX_KEY_BYTES];
	struct error error;

	assert_int_equal(sealed_box_make_keys(private, public, &error), 0);
	write_file(fixture->key, private, 0600);
	write_file(fixture->public_key, public, 0644);
}

static void name_file(const struct service_fixture *fixture, const char *name,
		      char path_r[FIXTURE_PATH_BYTES])
{
	int length = snprintf(path_r, FIXTURE_PATH_BYTES, "%s/%s",
			      fixture->place->folder, name);

	assert_true(length > 0 && length < FIXTURE_PATH_BYTES);
}

/* ---- the fixture ---- */

static void configure(struct service_fixture *fixture)
{
	fixture->configuration = (struct configuration){
		.domains = domains,
		.postmaster = postmaster,
		.default_class = alumni,
		.classes = classes,
		.class_count = 1,
		.sendmail = fixture->sendmail,
		.password_key_file = fixture->key,
		.password_public_key_file = fixture->public_key,
		.auth_socket = fixture->socket,
		.hash_memory = PASSWORD_COST_MEMORY_MIN,
		.hash_passes = 1,
		.forward_confirm = true,
		.forward_codes_per_day = 100,
		.app_passwords = true,
		.password_length = 8,
		.password_classes = 1,
	};
}

int service_fixture_set_up(void **state)
{
	struct service_fixture *fixture = calloc(1, sizeof(*fixture));
	void *place;

	assert_non_null(fixture);
	(void)store_fixture_set_up(&place);
	fixture->place = place;
	name_file(fixture, "sendmail", fixture->sendmail);
	name_file(fixture, "mail", fixture->mail);
	name_file(fixture, "key", fixture->key);
	name_file(fixture, "public-key", fixture->public_key);
	name_file(fixture, "auth", fixture->socket);
	make_sendmail(fixture);
	make_keys(fixture);
	configure(fixture);
	start_dovecot(fixture);
	fixture->service = (struct self_service){
		.configuration = &fixture->configuration,
		.store = store_fixture_open(fixture->place,
					    STORE_ACCOUNTS_AND_CREDENTIALS),
		.now = SERVICE_NOW,
	};
	fixture->service.account =
		store_fixture_add(fixture->service.store, "anna");
	*state = fixture;
	return 0;
}

int service_fixture_tear_down(void **state)
{
	struct service_fixture *fixture = *state;
	void *place = fixture->place;

	assert_int_equal(shutdown(fixture->listen_fd, SHUT_RDWR), 0);
	assert_int_equal(pthread_join(fixture->thread, NULL), 0);
	close(fixture->listen_fd);
	store_close(&fixture->service.store);
	free(fixture);
	return store_fixture_tear_down(&place);
}

/* ---- steps ---- */

static void read_account(struct service_fixture *fixture)
{
	struct self_service *service = &fixture->service;

	service->account =
		store_fixture_read(service->store, service->account.id);
}

enum self_service_result service_set(struct service_fixture *fixture,
				     const char *key, const char *value,
				     struct error *error)
{
	read_account(fixture);
	error->text[0] = '\0';
	return self_service_set(&fixture->service, key, value, error);
}

void service_expect_done(struct service_fixture *fixture, const char *key,
			 const char *value)
{
	struct error error;

	if (service_set(fixture, key, value, &error) != SELF_SERVICE_DONE)
		fail_msg("%s: %s", key, error.text);
	assert_string_equal(fixture->service.remark.text, "");
}

void service_expect_refused(struct service_fixture *fixture, const char *key,
			    const char *value, const char *sentence)
{
	struct error error;

	assert_int_equal(service_set(fixture, key, value, &error),
			 SELF_SERVICE_REFUSED);
	if (strstr(error.text, sentence) == NULL)
		fail_msg("%s: \"%s\"", key, error.text);
}

void service_expect_value(struct service_fixture *fixture, const char *key,
			  const char *expected)
{
	struct error error = {""};
	char *value = NULL;

	read_account(fixture);
	assert_int_equal(
		self_service_get(&fixture->service, key, &value, &error),
		expected == NULL ? 0 : 1);
	if (expected != NULL)
		assert_string_equal(value, expected);
	free(value);
}

const char *service_take_mails(struct service_fixture *fixture)
{
	FILE *file = fopen(fixture->mail, "r+");
	size_t size;

	assert_non_null(file);
	size = fread(fixture->mails, 1, sizeof(fixture->mails) - 1, file);
	fixture->mails[size] = '\0';
	assert_int_equal(ftruncate(fileno(file), 0), 0);
	assert_int_equal(fclose(file), 0);
	return fixture->mails;
}

size_t service_count_mails(const char *mails)
{
	size_t count = 0;

	for (; (mails = strstr(mails, "to ")) != NULL; mails++)
		count += strncmp(mails, "to ", 3) == 0 &&
					 strstr(mails, "\nFrom: ") ==
						 strchr(mails, '\n')
				 ? 1
				 : 0;
	return count;
}
