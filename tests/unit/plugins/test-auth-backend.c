/* SPDX-License-Identifier: MIT
 *
 * What an auth-worker does between Dovecot and the library: opens late, mends
 * itself, lets a directory that is away hurt nobody, and tells of it.
 */
#include <grp.h>
#include <pwd.h>
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

#include "lib/configuration/configuration.h"
#include "lib/account/tiers.h"
#include "lib/password/app-password.h"
#include "protocol/names.h"
#include "lib/password/hash.h"
#include "lib/store/store.h"
#include "lib/password/hash-gate.h"
#include "plugins/auth/backend.h"
#include "tests/unit/directory/slapd-fixture.h"
#include "tests/unit/store/store-fixture.h"

#define PATH_BYTES 4096

struct fixture {
	struct store_fixture *store;
	char path[PATH_BYTES];      /* of the configuration */
	char state_dir[PATH_BYTES]; /* not made */
};

static void configure(const struct fixture *fixture, const char *user,
		      const char *group, const char *directory_option)
{
	FILE *file = fopen(fixture->path, "w");

	assert_non_null(file);
	/* Nothing listens on the port. */
	fprintf(file,
		"domains = { \"alumni.example\" }\n"
		"store = \"%s\"\n"
		"state_dir = \"%s\"\n"
		"mail_user = \"%s\"\n"
		"mail_group = \"%s\"\n"
		"hash_memory = \"8M\"\n"
		"hash_passes = 1\n"
		"class \"alumni\" { quota = \"1M\" quota_messages = 7 }\n"
		"directory \"university\" {\n"
		"\turis = { \"ldap://127.0.0.1:%d\" }\n"
		"\ttls = \"none\"\n"
		"\tbase = \"dc=university,dc=example\"\n"
		"%s"
		"}\n",
		fixture->store->location, fixture->state_dir, user, group,
		free_port(), directory_option);
	assert_int_equal(fclose(file), 0);
}

static void write_configuration(const struct fixture *fixture)
{
	configure(fixture, "nobody", "nogroup", "");
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	void *store = NULL;

	if (fixture == NULL || store_fixture_set_up(&store) != 0)
		return -1;
	fixture->store = store;
	(void)snprintf(fixture->path, sizeof(fixture->path),
		       "/tmp/alumni-backend-%d.conf", (int)getpid());
	(void)snprintf(fixture->state_dir, sizeof(fixture->state_dir),
		       "/tmp/alumni-backend-%d.state", (int)getpid());
	*state = fixture;
	return setenv(CONFIGURATION_PATH_VARIABLE, fixture->path, 1);
}

/* The semaphore would outlive the test. */
static void remove_gate(const char *folder)
{
	struct hash_gate *gate;

	if (hash_gate_open(folder, 1, &gate, NULL) < 0)
		return;
	hash_gate_remove(gate);
	hash_gate_close(&gate);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	char file[PATH_BYTES + sizeof(SHARED_STATE_FILE)];
	void *store = fixture->store;

	(void)snprintf(file, sizeof(file), "%s/%s", fixture->state_dir,
		       SHARED_STATE_FILE);
	(void)unlink(file);
	remove_gate(fixture->state_dir);
	(void)rmdir(fixture->state_dir);
	(void)unlink(fixture->path);
	free(fixture);
	return store_fixture_tear_down(&store);
}

static int verify_hash(void *context, const char *hash, const char *password,
		       struct error *error)
{
	(void)context;
	return password_hash_verify(hash, password, error);
}

static struct login_result login(struct auth_backend *backend, const char *name,
				 const char *password)
{
	struct login_result result;

	auth_backend_login(backend, "imap", name, password, verify_hash, NULL,
			   &result);
	return result;
}

/* An account with the password "password", pinned if so wanted. */
static struct account add(const struct fixture *fixture, const char *name,
			  bool pinned)
{
	const struct password_cost cost = {8 << 20, 1};
	struct credential credential = {.set_at = 1};
	struct store *store = store_fixture_open(
		fixture->store, STORE_ACCOUNTS_AND_CREDENTIALS);
	struct account account = store_fixture_add(store, name);

	assert_int_equal(
		password_hash_make("password", &cost, credential.hash, NULL),
		0);
	assert_int_equal(
		store_credential_set(store, account.id, &credential, NULL), 0);
	if (pinned)
		assert_int_equal(store_account_pin(store, account.id,
						   "university", "id", NULL),
				 1);
	store_close(&store);
	return account;
}

static void a_worker_mends_itself(void **state)
{
	struct fixture *fixture = *state;
	struct auth_backend *backend = auth_backend_new();
	struct login_result result = login(backend, "alumna", "password");

	/* There is no configuration yet. */
	assert_int_equal(result.outcome, LOGIN_TEMPORARY_FAILURE);
	assert_non_null(strstr(result.reason.text, fixture->path));
	write_configuration(fixture);
	(void)add(fixture, "alumna", false);
	result = login(backend, "alumna@alumni.example", "password");
	assert_int_equal(result.outcome, LOGIN_OK);
	assert_string_equal(result.tier, LOGIN_TIER_ALUMNI);
	auth_backend_free(&backend);
	assert_null(backend);
}

static void a_missing_state_is_told_once(void **state)
{
	struct fixture *fixture = *state;
	struct auth_backend *backend = auth_backend_new();
	struct auth_backend_news news;

	write_configuration(fixture);
	assert_int_equal(login(backend, "nobody", "x").outcome,
			 LOGIN_TEMPORARY_FAILURE);
	assert_true(auth_backend_take_news(backend, &news));
	assert_string_equal(news.directory, "");
	assert_non_null(strstr(news.text.text, fixture->state_dir));
	assert_false(auth_backend_take_news(backend, &news));
	auth_backend_free(&backend);
}

static void a_directory_that_is_away_is_told_once(void **state)
{
	struct fixture *fixture = *state;
	struct auth_backend *one = auth_backend_new();
	struct auth_backend *other = auth_backend_new();
	struct auth_backend_news news;
	struct login_result result;

	write_configuration(fixture);
	assert_int_equal(mkdir(fixture->state_dir, 0700), 0);
	(void)add(fixture, "leaver", true);
	/* As often as breaker_failures says. */
	for (int i = 0; i < 3; i++)
		assert_int_equal(login(one, "leaver", "wrong").outcome,
				 LOGIN_TEMPORARY_FAILURE);
	result = login(other, "leaver", "password");
	assert_int_equal(result.outcome, LOGIN_OK);
	assert_non_null(strstr(result.reason.text, "not asked"));
	assert_true(auth_backend_take_news(one, &news));
	assert_string_equal(news.directory, "university");
	assert_false(news.asked);
	assert_false(auth_backend_take_news(one, &news));
	assert_false(auth_backend_take_news(other, &news));
	/* With a prober under way. */
	auth_backend_free(&one);
	auth_backend_free(&other);
}

static void look_ups_need_no_directory(void **state)
{
	struct fixture *fixture = *state;
	struct auth_backend *backend = auth_backend_new();
	char hash[PASSWORD_HASH_BYTES];
	struct account account, found;
	struct auth_mailbox mailbox;
	struct error error = {.text = ""};
	size_t count;

	write_configuration(fixture);
	account = add(fixture, "alumna", true);
	assert_int_equal(
		auth_backend_account(backend, "Alumna", &found, &error), 1);
	assert_string_equal(found.id, account.id);
	assert_int_equal(
		auth_backend_account(backend, "nobody", &found, &error), 0);
	assert_int_equal(auth_backend_account(backend, "../x", &found, &error),
			 0);
	assert_int_equal(auth_backend_password(backend, &account, hash, &error),
			 1);
	assert_int_equal(password_hash_verify(hash, "password", &error), 1);
	assert_int_equal(
		auth_backend_mailbox(backend, &account, &mailbox, &error), 0);
	assert_non_null(strstr(mailbox.home, account.id));
	assert_int_equal(mailbox.quota, 1024 * 1024);
	assert_int_equal(auth_backend_accounts_after(backend, "", &found, 1,
						     &count, &error),
			 0);
	assert_int_equal(count, 1);
	auth_backend_free(&backend);
}

/* Dovecot would run its mail processes as root. */
static void mail_belongs_to_an_ordinary_user(void **state)
{
	static const char *const cases[][3] = {
		{"no-such-user", "nogroup",
		 "mail_user: no system user \"no-such-user\"; create it"},
		{"nobody", "no-such-group",
		 "mail_group: no system group \"no-such-group\"; create it"},
		{"root", "nogroup", "must not be root"},
		{"nobody", "root", "must not be root"},
	};
	struct fixture *fixture = *state;
	struct auth_backend *backend = auth_backend_new();
	struct account account = {.id = ""};
	char hash[PASSWORD_HASH_BYTES];
	struct error error = {""};
	size_t count;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		configure(fixture, cases[i][0], cases[i][1], "");
		error = (struct error){""};
		assert_int_equal(auth_backend_open(backend, &error), -1);
		if (strstr(error.text, cases[i][2]) == NULL)
			fail_msg("%s", error.text);
	}
	write_configuration(fixture);
	assert_int_equal(auth_backend_open(backend, &error), 0);
	auth_backend_free(&backend);
	backend = auth_backend_new();
	configure(fixture, "root", "root", "");
	assert_int_equal(
		auth_backend_account(backend, "alumna", &account, &error), -1);
	assert_int_equal(auth_backend_password(backend, &account, hash, &error),
			 -1);
	assert_int_equal(auth_backend_accounts_after(backend, "", &account, 1,
						     &count, &error),
			 -1);
	auth_backend_free(&backend);
}

static void a_mailbox_is_the_mail_users(void **state)
{
	struct fixture *fixture = *state;
	struct auth_backend *backend = auth_backend_new();
	struct account account;
	struct auth_mailbox mailbox;

	write_configuration(fixture);
	account = add(fixture, "alumna", false);
	assert_int_equal(auth_backend_open(backend, NULL), 0);
	account.has_own_quota = true;
	account.own_quota = 5;
	assert_int_equal(
		auth_backend_mailbox(backend, &account, &mailbox, NULL), 0);
	assert_int_equal(mailbox.uid, getpwnam("nobody")->pw_uid);
	assert_int_equal(mailbox.gid, getgrnam("nogroup")->gr_gid);
	assert_int_equal(mailbox.quota, 5);
	assert_int_equal(mailbox.quota_messages, 7);
	auth_backend_free(&backend);
}

static void an_account_may_have_no_password(void **state)
{
	struct fixture *fixture = *state;
	struct auth_backend *backend = auth_backend_new();
	struct credential app = {.kind = CREDENTIAL_APP,
				 .label = "phone",
				 .hash = "{APP}x",
				 .set_at = 1};
	char hash[PASSWORD_HASH_BYTES];
	struct account account;
	struct store *store;

	write_configuration(fixture);
	store = store_fixture_open(fixture->store,
				   STORE_ACCOUNTS_AND_CREDENTIALS);
	account = store_fixture_add(store, "alumna");
	assert_int_equal(auth_backend_password(backend, &account, hash, NULL),
			 0);
	/* What opens a mail program is none. */
	assert_int_equal(store_credential_set(store, account.id, &app, NULL),
			 0);
	store_close(&store);
	assert_int_equal(auth_backend_password(backend, &account, hash, NULL),
			 0);
	auth_backend_free(&backend);
}

/* Self-service asks for the password that opens everything. */
static void an_app_password_opens_no_self_service(void **state)
{
	static const char *const services[] = {"imap",
					       AUTH_SERVICE_SELF_SERVICE};
	struct fixture *fixture = *state;
	struct auth_backend *backend = auth_backend_new();
	struct credential app = {
		.kind = CREDENTIAL_APP, .label = "phone", .set_at = 1};
	char password[APP_PASSWORD_BYTES];
	struct account account;
	struct store *store;

	write_configuration(fixture);
	account = add(fixture, "alumna", false);
	assert_int_equal(app_password_make(password, NULL), 0);
	assert_int_equal(app_password_hash(password, app.hash, NULL), 0);
	store = store_fixture_open(fixture->store,
				   STORE_ACCOUNTS_AND_CREDENTIALS);
	assert_int_equal(store_credential_set(store, account.id, &app, NULL),
			 0);
	store_close(&store);
	for (size_t i = 0; i < 2; i++) {
		struct login_result result;

		auth_backend_login(backend, services[i], "alumna", password,
				   verify_hash, NULL, &result);
		assert_int_equal(result.outcome == LOGIN_OK, i == 0);
	}
	auth_backend_free(&backend);
}

static void a_store_that_fails_is_opened_anew(void **state)
{
	struct fixture *fixture = *state;
	struct auth_backend *backend = auth_backend_new();
	char hash[PASSWORD_HASH_BYTES];
	struct account account, found;
	struct error error = {""};
	size_t count;

	write_configuration(fixture);
	account = add(fixture, "alumna", false);
	assert_int_equal(
		auth_backend_account(backend, "alumna", &found, &error), 1);
	store_fixture_execute(fixture->store->accounts,
			      "ALTER TABLE accounts RENAME TO hidden");
	assert_int_equal(
		auth_backend_account(backend, "alumna", &found, &error), -1);
	assert_int_equal(auth_backend_accounts_after(backend, "", &found, 1,
						     &count, &error),
			 -1);
	assert_int_equal(login(backend, "alumna", "password").outcome,
			 LOGIN_TEMPORARY_FAILURE);
	store_fixture_execute(fixture->store->accounts,
			      "ALTER TABLE hidden RENAME TO accounts");
	assert_int_equal(
		auth_backend_account(backend, "alumna", &found, &error), 1);
	assert_int_equal(login(backend, "alumna", "password").outcome,
			 LOGIN_OK);
	store_fixture_execute(fixture->store->credentials,
			      "ALTER TABLE credentials RENAME TO hidden");
	assert_int_equal(auth_backend_password(backend, &account, hash, &error),
			 -1);
	store_fixture_execute(fixture->store->credentials,
			      "ALTER TABLE hidden RENAME TO credentials");
	assert_int_equal(auth_backend_password(backend, &account, hash, &error),
			 1);
	auth_backend_free(&backend);
}

/* It is told at the start, and keeps nobody out whom another tier lets in. */
static void a_directory_that_cannot_be_opened_is_told(void **state)
{
	struct fixture *fixture = *state;
	struct auth_backend *backend = auth_backend_new();
	struct error error = {""};

	configure(fixture, "nobody", "nogroup",
		  "\tbind_dn = \"cn=mail\"\n"
		  "\tbind_password_file = \"/nowhere/secret\"\n");
	(void)add(fixture, "alumna", false);
	assert_int_equal(auth_backend_open_directories(backend, &error), -1);
	assert_non_null(strstr(error.text, "/nowhere/secret"));
	assert_int_equal(login(backend, "alumna", "password").outcome,
			 LOGIN_OK);
	auth_backend_free(&backend);
	backend = auth_backend_new();
	write_configuration(fixture);
	assert_int_equal(auth_backend_open_directories(backend, &error), 0);
	auth_backend_free(&backend);
}

int main(void)
{
#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_worker_mends_itself),
		TEST(a_missing_state_is_told_once),
		TEST(a_directory_that_is_away_is_told_once),
		TEST(look_ups_need_no_directory),
		TEST(mail_belongs_to_an_ordinary_user),
		TEST(a_mailbox_is_the_mail_users),
		TEST(an_account_may_have_no_password),
		TEST(an_app_password_opens_no_self_service),
		TEST(a_store_that_fails_is_opened_anew),
		TEST(a_directory_that_cannot_be_opened_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
