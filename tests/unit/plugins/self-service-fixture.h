/* SPDX-License-Identifier: MIT
 *
 * What tests of self-service share: a store with an account, a sendmail that
 * keeps the messages, and in place of Dovecot a thread that answers every login
 * in the same way.
 */
#ifndef ALUMNI_TESTS_UNIT_PLUGINS_SELF_SERVICE_FIXTURE_H
#define ALUMNI_TESTS_UNIT_PLUGINS_SELF_SERVICE_FIXTURE_H

#include <pthread.h>
#include <stddef.h>

#include "plugins/dict/self-service.h"
#include "tests/unit/store/store-fixture.h"

#define SERVICE_NOW INT64_C(1700000000)

/* Answers of Dovecot. */
#define DOVECOT_ACCEPTS "OK\t1\tuser=anna\n"
#define DOVECOT_REFUSES "FAIL\t1\tuser=anna\n"
#define DOVECOT_FAILS   "FAIL\t1\tuser=anna\tcode=temp_fail\n"

#define SERVICE_TEST(function)                                                 \
	cmocka_unit_test_setup_teardown(function, service_fixture_set_up,      \
					service_fixture_tear_down)

struct service_fixture {
	struct store_fixture *place;
	struct configuration configuration;
	struct self_service service; /* of "anna" */
	char sendmail[FIXTURE_PATH_BYTES], mail[FIXTURE_PATH_BYTES];
	char key[FIXTURE_PATH_BYTES], public_key[FIXTURE_PATH_BYTES];
	char socket[FIXTURE_PATH_BYTES];
	int listen_fd;
	pthread_t thread;
	const char *answer;
	char mails[16384];
};

int service_fixture_set_up(void **state);
int service_fixture_tear_down(void **state);

/* Reads the account anew, as each request does, and sets a key. A value of NULL
   unsets it. */
enum self_service_result service_set(struct service_fixture *fixture,
				     const char *key, const char *value,
				     struct error *error);
/* Fail the test unless setting the key is done; or is refused with a sentence
   that has this part. */
void service_expect_done(struct service_fixture *fixture, const char *key,
			 const char *value);
void service_expect_refused(struct service_fixture *fixture, const char *key,
			    const char *value, const char *sentence);

/* Fails the test unless the key has this value; NULL: none. */
void service_expect_value(struct service_fixture *fixture, const char *key,
			  const char *expected);

/* The messages that were sent since the last call, each after a line "to
   RECIPIENT". Valid until the next call. */
const char *service_take_mails(struct service_fixture *fixture);
/* How many these are. */
size_t service_count_mails(const char *mails);

#endif
