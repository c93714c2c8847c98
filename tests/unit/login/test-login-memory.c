/* SPDX-License-Identifier: MIT
 *
 * What a login decision takes from earlier ones: learned passwords, refused
 * ones, whom the directory denied, which tier was right last. Each story is a
 * table of logins, with what changes before each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/login/login-world.h"

static char university[] = "university";

static struct login_result decide(struct login_world *world, const char *name,
				  const char *password)
{
	const struct login_directory directories[] = {
		{university, world, login_world_find, login_world_verify},
	};
	const struct login_parts parts = {
		.configuration = &world->configuration,
		.store = world->store,
		.directories = directories,
		.directory_count = 1,
		.verify_hash = login_world_verify_hash,
		.verify_hash_context = world,
		.state = world->state,
		.now = world->now,
	};
	struct login_result result;

	world->finds = world->verifies = world->hashes = world->dummies = 0;
	login_decide(&parts, name, password, &result);
	return result;
}

/* What the directory is like from this step on. */
#define ACTIVE     0
#define DOWN       1
#define BINDS_FAIL 2
#define INACTIVE   4
#define ABSENT     8
#define DENIED     16
#define OTHER_ID   32 /* the name was given to another person */

struct step {
	const char *name, *password;
	/* The password that the directory has; NULL = as before. */
	const char *changed_to;
	int flags;
	int minutes; /* that have passed */
	enum login_outcome outcome;
	const char *tier; /* with LOGIN_OK */
	int binds;
};

static void set_stage(struct login_world *world, const struct step *step)
{
	world->directory_is_down = (step->flags & DOWN) != 0;
	world->binds_fail = (step->flags & BINDS_FAIL) != 0;
	world->entry_is_inactive = (step->flags & INACTIVE) != 0;
	world->entry_is_absent = (step->flags & ABSENT) != 0;
	world->entry_is_denied = (step->flags & DENIED) != 0;
	world->entry_id = (step->flags & OTHER_ID) != 0 ? "id-of-other" : NULL;
	if (step->changed_to != NULL)
		world->directory_password = step->changed_to;
	world->now += (int64_t)step->minutes * 60;
}

static void play(struct login_world *world, const struct step *steps,
		 size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct login_result result;

		set_stage(world, &steps[i]);
		result = decide(world, steps[i].name, steps[i].password);
		if (result.outcome != steps[i].outcome ||
		    (result.outcome == LOGIN_OK &&
		     strcmp(result.tier, steps[i].tier) != 0) ||
		    world->verifies != steps[i].binds)
			fail_msg("step %zu: %s in %s with %d binds (%s)", i + 1,
				 login_outcome_name(result.outcome),
				 result.tier, world->verifies,
				 result.reason.text);
	}
}

#define PLAY(world, steps) play(world, steps, sizeof(steps) / sizeof(*(steps)))

#define OK        LOGIN_OK
#define MISMATCH  LOGIN_MISMATCH
#define TEMPORARY LOGIN_TEMPORARY_FAILURE
#define BARRED    LOGIN_DISABLED

static int set_up(void **state)
{
	struct login_world *world;

	if (login_world_set_up(state) != 0)
		return -1;
	world = *state;
	/* The folder is not there: a state of this process alone. */
	return shared_state_open("/nowhere/at/all", &world->state, NULL) < 0
		       ? -1
		       : 0;
}

/* ---- learned passwords ---- */

static void a_learned_password_outlives_leaving(void **state)
{
	static const struct step steps[] = {
		{"pinned", "pw1", "pw1", ACTIVE, 0, OK, university, 1},
		/* Kept, but it does not count while the person is active. */
		{"pinned", "pw1", NULL, INACTIVE, 0, OK, "learned", 0},
		{"pinned", "pw1", NULL, ABSENT, 0, OK, "learned", 0},
		{"pinned", "pw1", NULL, OTHER_ID, 0, OK, "learned", 0},
		{"pinned", "pw1", NULL, DOWN, 0, OK, "learned", 0},
		{"pinned", "pw1", NULL, BINDS_FAIL, 0, OK, "learned", 1},
		{"pinned", "wrong", NULL, INACTIVE, 0, MISMATCH, NULL, 0},
		{"pinned", "wrong", NULL, DOWN, 0, TEMPORARY, NULL, 0},
		{"pinned", "pw1", NULL, DENIED, 0, BARRED, NULL, 0},
	};
	struct login_world *world = *state;

	world->configuration.learn_password = LEARN_PASSWORD_FIRST;
	PLAY(world, steps);
}

static void a_changed_password_is_dead_at_once(void **state)
{
	/* The old one is tried first. */
	static const struct step old_first[] = {
		{"pinned", "pw1", "pw1", ACTIVE, 0, OK, university, 1},
		{"pinned", "pw1", "pw2", ACTIVE, 0, MISMATCH, NULL, 1},
		{"pinned", "pw1", NULL, DOWN, 0, TEMPORARY, NULL, 0},
		{"pinned", "pw1", NULL, INACTIVE, 0, MISMATCH, NULL, 0},
		{"pinned", "pw2", NULL, ACTIVE, 0, OK, university, 1},
		{"pinned", "pw1", NULL, ABSENT, 0, MISMATCH, NULL, 0},
		{"pinned", "pw2", NULL, ABSENT, 0, OK, "learned", 0},
	};
	/* The new one is tried first. */
	static const struct step new_first[] = {
		{"noclass", "pw1", "pw1", ACTIVE, 0, OK, university, 1},
		{"noclass", "pw2", "pw2", ACTIVE, 0, OK, university, 1},
		{"noclass", "pw1", NULL, DOWN, 0, TEMPORARY, NULL, 0},
		{"noclass", "pw1", NULL, INACTIVE, 0, MISMATCH, NULL, 0},
		{"noclass", "pw2", NULL, INACTIVE, 0, OK, "learned", 0},
		/* Back, and back to the old one. */
		{"noclass", "pw1", "pw1", ACTIVE, 0, OK, university, 1},
		{"noclass", "pw2", NULL, INACTIVE, 0, MISMATCH, NULL, 0},
	};
	struct login_world *world = *state;

	world->configuration.learn_password = LEARN_PASSWORD_FIRST;
	PLAY(world, old_first);
	PLAY(world, new_first);
}

static void another_refused_password_forgets_nothing(void **state)
{
	static const struct step steps[] = {
		{"pinned", "pw1", "pw1", ACTIVE, 0, OK, university, 1},
		{"pinned", "wrong", NULL, ACTIVE, 0, MISMATCH, NULL, 1},
		{"pinned", "pw1", NULL, INACTIVE, 0, OK, "learned", 0},
	};
	struct login_world *world = *state;

	world->configuration.learn_password = LEARN_PASSWORD_FIRST;
	PLAY(world, steps);
}

static void whether_something_is_learned_is_configured(void **state)
{
	static const struct step never[] = {
		{"pinned", "pw1", "pw1", ACTIVE, 0, OK, university, 1},
		{"pinned", "pw1", NULL, INACTIVE, 0, MISMATCH, NULL, 0},
		{"pinned", "pw1", NULL, DOWN, 0, TEMPORARY, NULL, 0},
	};
	/* One with an alumni password. */
	static const struct step first[] = {
		{"gone", "pw1", "pw1", OTHER_ID, 0, MISMATCH, NULL, 0},
		{"barred", "pw1", NULL, ACTIVE, 0, BARRED, NULL, 0},
		{"employee", "pw1", NULL, ACTIVE, 0, OK, university, 1},
	};
	static const struct step with_alumni[] = {
		{"employee", "pw2", "pw2", ACTIVE, 0, OK, university, 1},
		{"employee", "pw1", NULL, INACTIVE, 0, MISMATCH, NULL, 0},
		{"employee", "pw2", NULL, INACTIVE, 0, MISMATCH, NULL, 0},
		{"employee", "alumni", NULL, INACTIVE, 0, OK, "alumni", 0},
	};
	static const struct step always[] = {
		{"employee", "pw2", NULL, ACTIVE, 90, OK, university, 1},
		{"employee", "pw2", NULL, INACTIVE, 0, OK, "learned", 0},
		{"employee", "alumni", NULL, INACTIVE, 0, OK, "alumni", 0},
	};
	static const struct step off_again[] = {
		{"employee", "pw2", NULL, INACTIVE, 0, MISMATCH, NULL, 0},
	};
	struct login_world *world = *state;
	struct credential alumni = {.hash = "{FAKE}alumni"};
	struct account account;

	world->configuration.learn_password = LEARN_PASSWORD_NEVER;
	PLAY(world, never);
	world->configuration.learn_password = LEARN_PASSWORD_FIRST;
	PLAY(world, first);
	assert_int_equal(
		store_account_by_name(world->store, "employee", &account, NULL),
		1);
	assert_int_equal(
		store_credential_set(world->store, account.id, &alumni, NULL),
		0);
	PLAY(world, with_alumni);
	world->configuration.learn_password = LEARN_PASSWORD_ALWAYS;
	PLAY(world, always);
	world->configuration.learn_password = LEARN_PASSWORD_NEVER;
	PLAY(world, off_again);
}

static void learning_costs_one_hash_and_not_one_each_time(void **state)
{
	struct login_world *world = *state;

	world->configuration.learn_password = LEARN_PASSWORD_ALWAYS;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
			decide(world, "pinned", "pinned-university").outcome,
			LOGIN_OK);
		assert_int_equal(world->hashes, 0);
	}
	/* Now and then it is looked whether what was learned still fits. */
	world->now += 2 * 3600;
	(void)decide(world, "pinned", "pinned-university");
	assert_int_equal(world->hashes, 1);
	(void)decide(world, "pinned", "pinned-university");
	assert_int_equal(world->hashes, 0);
}

static void an_unpinned_account_has_learned_nothing(void **state)
{
	static const struct step before[] = {
		{"pinned", "pw1", "pw1", ACTIVE, 0, OK, university, 1},
		{"pinned", "pw1", NULL, ABSENT, 0, OK, "learned", 0},
	};
	static const struct step after[] = {
		{"pinned", "pw1", NULL, ABSENT, 0, MISMATCH, NULL, 0},
		{"pinned", "pw1", NULL, DOWN, 0, MISMATCH, NULL, 0},
	};
	struct login_world *world = *state;
	struct account account;

	world->configuration.learn_password = LEARN_PASSWORD_ALWAYS;
	PLAY(world, before);
	assert_int_equal(
		store_account_by_name(world->store, "pinned", &account, NULL),
		1);
	assert_int_equal(
		store_account_pin(world->store, account.id, "", "", NULL), 1);
	PLAY(world, after);
}

/* ---- refused passwords ---- */

static void a_refused_password_is_not_tried_again(void **state)
{
	static const struct step steps[] = {
		{"pinned", "old", NULL, ACTIVE, 0, MISMATCH, NULL, 1},
		{"pinned", "old", NULL, ACTIVE, 0, MISMATCH, NULL, 0},
		{"pinned", "old", NULL, ACTIVE, 4, MISMATCH, NULL, 0},
		{"pinned", "old", NULL, ACTIVE, 1, MISMATCH, NULL, 1},
		/* Another password is, and another person's. */
		{"pinned", "older", NULL, ACTIVE, 0, MISMATCH, NULL, 1},
		{"employee", "old", NULL, ACTIVE, 0, MISMATCH, NULL, 1},
		{"employee", "old", NULL, ACTIVE, 0, MISMATCH, NULL, 0},
		{"pinned", "pinned-university", NULL, ACTIVE, 0, OK, university,
		 1},
		{"pinned", "pinned-university", NULL, ACTIVE, 0, OK, university,
		 1},
		/* What could not be asked was not refused. */
		{"pinned", "new", NULL, BINDS_FAIL, 0, TEMPORARY, NULL, 1},
		{"pinned", "new", "new", ACTIVE, 0, OK, university, 1},
	};

	PLAY((struct login_world *)*state, steps);
}

static void the_alumni_password_is_not_tried_for_hours(void **state)
{
	static const struct step steps[] = {
		{"pinned", "alumni", NULL, ACTIVE, 0, OK, "alumni", 1},
		{"pinned", "alumni", NULL, ACTIVE, 59, OK, "alumni", 0},
		/* Each use makes it last. */
		{"pinned", "alumni", NULL, ACTIVE, 59, OK, "alumni", 0},
		{"pinned", "alumni", NULL, ACTIVE, 61, OK, "alumni", 1},
	};
	struct login_world *world = *state;
	struct credential alumni = {.hash = "{FAKE}alumni"};
	struct account account;

	assert_int_equal(
		store_account_by_name(world->store, "pinned", &account, NULL),
		1);
	assert_int_equal(
		store_credential_set(world->store, account.id, &alumni, NULL),
		0);
	PLAY(world, steps);
}

static void without_a_memory_each_login_binds_once(void **state)
{
	static const struct step steps[] = {
		{"pinned", "old", NULL, ACTIVE, 0, MISMATCH, NULL, 1},
		{"pinned", "old", NULL, ACTIVE, 0, MISMATCH, NULL, 1},
		{"pinned", "pinned-university", NULL, ACTIVE, 0, OK, university,
		 1},
	};
	struct login_world *world = *state;

	shared_state_close(&world->state);
	PLAY(world, steps);
}

/* ---- denied ---- */

static struct account read_account(struct login_world *world, const char *name)
{
	struct account account;

	assert_int_equal(
		store_account_by_name(world->store, name, &account, NULL), 1);
	return account;
}

static void a_denial_holds_while_nobody_can_be_asked(void **state)
{
	static const struct step denied[] = {
		{"leaver", "leaver-alumni", NULL, ACTIVE, 0, OK, "alumni", 0},
		{"leaver", "leaver-alumni", NULL, DENIED, 0, BARRED, NULL, 0},
		{"leaver", "leaver-alumni", NULL, DOWN, 0, BARRED, NULL, 0},
		{"leaver", "leaver-alumni", NULL, ABSENT, 0, BARRED, NULL, 0},
		{"leaver", "leaver-alumni", NULL, OTHER_ID, 0, BARRED, NULL, 0},
	};
	static const struct step lifted[] = {
		{"leaver", "leaver-alumni", NULL, ACTIVE, 0, OK, "alumni", 0},
		{"leaver", "leaver-alumni", NULL, DOWN, 0, OK, "alumni", 0},
	};
	struct login_world *world = *state;
	struct account account;

	PLAY(world, denied);
	account = read_account(world, "leaver");
	assert_true(account_is_denied(&account));
	assert_int_equal(account.denied_at, LOGIN_WORLD_NOW);
	PLAY(world, lifted);
	account = read_account(world, "leaver");
	assert_false(account_is_denied(&account));
	assert_int_equal(account.denied_at, 0);
}

/* ---- another entry of the name ---- */

static void another_entry_is_remembered(void **state)
{
	struct login_world *world = *state;
	struct account account;

	(void)decide(world, "renamed", "renamed-university");
	account = read_account(world, "renamed");
	assert_string_equal(account.other_directory, university);
	assert_string_equal(account.other_directory_id, "id-of-another");
	world->entry_id = "id-renamed";
	world->entry_is_denied = false;
	(void)decide(world, "renamed", "x");
	account = read_account(world, "renamed");
	assert_string_equal(account.other_directory_id, "");

	/* Without a pin too, for one who fails to log in. */
	world->entry_id = NULL;
	(void)decide(world, "alumna", "alumna-university");
	account = read_account(world, "alumna");
	assert_string_equal(account.other_directory_id, "id-of-another");
}

/* ---- order ---- */

static void the_tier_of_the_last_success_comes_first(void **state)
{
	static const struct step steps[] = {
		{"pinned", "alumni", NULL, ACTIVE, 0, OK, "alumni", 1},
		{"pinned", "alumni", NULL, ACTIVE, 600, OK, "alumni", 0},
		{"pinned", "pinned-university", NULL, ACTIVE, 0, OK, university,
		 1},
		{"pinned", "alumni", NULL, ACTIVE, 600, OK, "alumni", 1},
		{"pinned", "wrong", NULL, ACTIVE, 0, MISMATCH, NULL, 1},
		/* deny_filter holds for every tier. */
		{"pinned", "alumni", NULL, DENIED, 0, BARRED, NULL, 0},
	};
	struct login_world *world = *state;
	struct credential alumni = {.hash = "{FAKE}alumni"};
	struct account account = read_account(world, "pinned");

	world->configuration.order = LOGIN_ORDER_LAST_SUCCESS_FIRST;
	assert_int_equal(
		store_credential_set(world->store, account.id, &alumni, NULL),
		0);
	PLAY(world, steps);
	assert_string_equal(read_account(world, "pinned").last_tier, "alumni");
}

static void in_the_usual_order_no_tier_is_kept(void **state)
{
	struct login_world *world = *state;

	(void)decide(world, "alumna", "alumna-alumni");
	assert_string_equal(read_account(world, "alumna").last_tier, "");
}

/* ---- hashes ---- */

static void read_hash(struct login_world *world, const char *name,
		      char hash_r[PASSWORD_HASH_BYTES])
{
	struct account account = read_account(world, name);
	struct credential credentials[CREDENTIALS_MAX];
	size_t count;

	assert_int_equal(store_credentials(world->store, account.id,
					   credentials, &count, NULL),
			 0);
	assert_int_equal(count, 1);
	assert_int_equal(credentials[0].set_at, LOGIN_WORLD_NOW - 1);
	memcpy(hash_r, credentials[0].hash, PASSWORD_HASH_BYTES);
}

static void an_old_hash_is_made_anew(void **state)
{
	struct login_world *world = *state;
	char hash[PASSWORD_HASH_BYTES], next[PASSWORD_HASH_BYTES];

	(void)decide(world, "alumna", "alumna-alumni");
	read_hash(world, "alumna", hash);
	assert_string_equal(hash, "{FAKE}alumna-alumni");

	world->configuration.rehash = true;
	(void)decide(world, "alumna", "wrong");
	read_hash(world, "alumna", hash);
	assert_string_equal(hash, "{FAKE}alumna-alumni");
	assert_int_equal(decide(world, "alumna", "alumna-alumni").outcome,
			 LOGIN_OK);
	read_hash(world, "alumna", hash);
	assert_int_equal(password_hash_verify(hash, "alumna-alumni", NULL), 1);

	assert_int_equal(decide(world, "alumna", "alumna-alumni").outcome,
			 LOGIN_OK);
	read_hash(world, "alumna", next);
	assert_string_equal(hash, next);
	/* The cost was raised. */
	world->configuration.hash_passes = 3;
	assert_int_equal(decide(world, "alumna", "alumna-alumni").outcome,
			 LOGIN_OK);
	read_hash(world, "alumna", next);
	assert_non_null(strstr(next, "t=3"));
}

int main(void)
{
#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, set_up, login_world_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_learned_password_outlives_leaving),
		TEST(a_changed_password_is_dead_at_once),
		TEST(another_refused_password_forgets_nothing),
		TEST(whether_something_is_learned_is_configured),
		TEST(learning_costs_one_hash_and_not_one_each_time),
		TEST(an_unpinned_account_has_learned_nothing),
		TEST(a_refused_password_is_not_tried_again),
		TEST(the_alumni_password_is_not_tried_for_hours),
		TEST(without_a_memory_each_login_binds_once),
		TEST(a_denial_holds_while_nobody_can_be_asked),
		TEST(another_entry_is_remembered),
		TEST(the_tier_of_the_last_success_comes_first),
		TEST(in_the_usual_order_no_tier_is_kept),
		TEST(an_old_hash_is_made_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
