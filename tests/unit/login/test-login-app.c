/* SPDX-License-Identifier: MIT
 *
 * Logins with app passwords and the codes of invites: that they open the
 * account without a bind, and are refused where every tier is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/password/app-password.h"
#include "tests/unit/login/login-world.h"

#define PHONE  "abcd-efgh-jkmn-pqrs-tuvw"
#define INVITE "2345-6789-abcd-efgh-jkmn"
#define OTHER  "wwww-wwww-wwww-wwww-wwww"

enum twist {
	PLAIN = 0,
	DOWN = 1,
	DENIED = 2,
	INACTIVE = 4,
	SWITCHED_OFF = 8,
	SELF_SERVICE = 16,
	LATER = 32, /* when the invite has expired */
	ACCOUNT_OFF = 64,
};

struct app_case {
	const char *label;
	const char *password;
	int twist;
	enum login_outcome outcome;
	const char *tier; /* NULL: none */
	int binds;
	const char *reason; /* is said in the log; NULL: whatever */
};

static const struct app_case cases[] = {
	{"it opens", PHONE, PLAIN, LOGIN_OK, "app", 0, "my phone"},
	{"typed otherwise", "ABCDEFGH JKMNPQRSTUVW", PLAIN, LOGIN_OK, "app", 0,
	 NULL},
	{"directory down", PHONE, DOWN, LOGIN_OK, "app", 0, NULL},
	{"left the university", PHONE, INACTIVE, LOGIN_OK, "app", 0, NULL},
	{"denied", PHONE, DENIED, LOGIN_DISABLED, NULL, 0, "deny_filter"},
	{"disabled", PHONE, ACCOUNT_OFF, LOGIN_DISABLED, NULL, 0, "disabled"},
	{"for changing something", PHONE, SELF_SERVICE, LOGIN_DISABLED, NULL, 0,
	 "changes nothing"},
	{"switched off", PHONE, SWITCHED_OFF, LOGIN_DISABLED, NULL, 0,
	 "not used"},
	{"another one is a password like any", OTHER, PLAIN, LOGIN_MISMATCH,
	 NULL, 1, NULL},
	{"the university's", "pinned-university", PLAIN, LOGIN_OK, "university",
	 1, NULL},
	{"so for changing something", "pinned-university", SELF_SERVICE,
	 LOGIN_OK, "university", 1, NULL},
	{"invite", INVITE, PLAIN, LOGIN_OK, "invite", 0, NULL},
	{"invite for changing something", INVITE, SELF_SERVICE, LOGIN_OK,
	 "invite", 0, NULL},
	{"invite when app passwords are off", INVITE, SWITCHED_OFF, LOGIN_OK,
	 "invite", 0, NULL},
	{"invite that expired", INVITE, LATER, LOGIN_DISABLED, NULL, 0,
	 "expired"},
	{"invite and denied", INVITE, DENIED, LOGIN_DISABLED, NULL, 0, NULL},
};

static struct credential make(enum credential_kind kind, const char *label,
			      const char *password)
{
	struct credential credential = {.kind = kind, .set_at = 1};

	(void)snprintf(credential.label, sizeof(credential.label), "%s", label);
	assert_int_equal(app_password_hash(password, credential.hash, NULL), 0);
	return credential;
}

static struct account give_credentials(struct login_world *world)
{
	struct credential phone = make(CREDENTIAL_APP, "my phone", PHONE);
	struct credential invite = make(CREDENTIAL_INVITE, "", INVITE);
	struct account account;

	invite.expires_at = LOGIN_WORLD_NOW + 10;
	assert_int_equal(
		store_account_by_name(world->store, "pinned", &account, NULL),
		1);
	assert_int_equal(
		store_credential_set(world->store, account.id, &phone, NULL),
		0);
	assert_int_equal(
		store_credential_set(world->store, account.id, &invite, NULL),
		0);
	return account;
}

static struct login_result decide(struct login_world *world,
				  const struct app_case *c)
{
	const struct login_directory directory = {
		.name = "university",
		.context = world,
		.find = login_world_find,
		.verify = login_world_verify,
	};
	const struct login_parts parts = {
		.configuration = &world->configuration,
		.store = world->store,
		.directories = &directory,
		.directory_count = 1,
		.verify_hash = login_world_verify_hash,
		.verify_hash_context = world,
		.now = LOGIN_WORLD_NOW + ((c->twist & LATER) != 0 ? 10 : 0),
		.no_app_passwords = (c->twist & SELF_SERVICE) != 0,
	};
	struct login_result result;

	world->directory_is_down = (c->twist & DOWN) != 0;
	world->entry_is_denied = (c->twist & DENIED) != 0;
	world->entry_is_inactive = (c->twist & INACTIVE) != 0;
	world->configuration.app_passwords = (c->twist & SWITCHED_OFF) == 0;
	world->verifies = 0;
	login_decide(&parts, "pinned", c->password, &result);
	return result;
}

static void check(struct login_world *world, const struct account *account,
		  const struct app_case *c)
{
	struct login_result result;

	assert_int_equal(
		store_account_set_enabled(world->store, account->id,
					  (c->twist & ACCOUNT_OFF) == 0, NULL),
		1);
	result = decide(world, c);
	if (result.outcome != c->outcome ||
	    strcmp(result.tier, c->tier == NULL ? "" : c->tier) != 0 ||
	    world->verifies != c->binds)
		fail_msg("%s: %s, tier \"%s\", %d binds: %s", c->label,
			 login_outcome_name(result.outcome), result.tier,
			 world->verifies, result.reason.text);
	if (c->reason != NULL && strstr(result.reason.text, c->reason) == NULL)
		fail_msg("%s: %s", c->label, result.reason.text);
}

static void each_case_is_decided(void **state)
{
	struct login_world *world = *state;
	struct account account = give_credentials(world);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(world, &account, &cases[i]);
}

static int64_t last_used_at(struct login_world *world, const char *id)
{
	struct credential found[CREDENTIALS_MAX];
	size_t count;

	assert_int_equal(
		store_credentials(world->store, id, found, &count, NULL), 0);
	for (size_t i = 0; i < count; i++) {
		if (found[i].kind == CREDENTIAL_APP)
			return found[i].last_used_at;
	}
	return -1;
}

static void its_use_is_kept(void **state)
{
	struct login_world *world = *state;
	struct account account = give_credentials(world);
	const struct app_case refused = {.password = PHONE,
					 .twist = SELF_SERVICE};
	const struct app_case used = {.password = PHONE};

	(void)decide(world, &refused);
	assert_int_equal(last_used_at(world, account.id), 0);
	(void)decide(world, &used);
	assert_int_equal(last_used_at(world, account.id), LOGIN_WORLD_NOW);
}

static void the_order_of_tiers_is_not_changed_by_it(void **state)
{
	struct login_world *world = *state;
	struct account account = give_credentials(world);
	const struct app_case used = {.password = PHONE};

	world->configuration.order = LOGIN_ORDER_LAST_SUCCESS_FIRST;
	assert_int_equal(store_account_set_last_tier(world->store, account.id,
						     "alumni", NULL),
			 1);
	assert_int_equal(decide(world, &used).outcome, LOGIN_OK);
	assert_int_equal(
		store_account_by_name(world->store, "pinned", &account, NULL),
		1);
	assert_string_equal(account.last_tier, "alumni");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_case_is_decided,
						login_world_set_up,
						login_world_tear_down),
		cmocka_unit_test_setup_teardown(its_use_is_kept,
						login_world_set_up,
						login_world_tear_down),
		cmocka_unit_test_setup_teardown(
			the_order_of_tiers_is_not_changed_by_it,
			login_world_set_up, login_world_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
