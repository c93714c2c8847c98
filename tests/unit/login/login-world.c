/* SPDX-License-Identifier: MIT
 *
 * People and directories for the tests of the login decision; see
 * tests/unit/login/login-world.h.
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

#define HASH_PREFIX   "{FAKE}"
#define NEW_PREFIX    "{ARGON2ID}"
#define UNUSABLE_HASH "{NOSUCH}"

static const struct {
	const char *name, *id, *class_name;
	bool active, denied;
} entries[] = {
	{"employee", "id-employee", "employee", true, false},
	{"noclass", "id-noclass", "", true, false},
	{"inactive", "id-inactive", "student", false, false},
	{"suspended", "id-suspended", "student", true, true},
	{"pinned", "id-pinned", "employee", true, false},
	{"leaver", "id-leaver", "student", false, false},
	{"barred", "id-barred", "student", true, true},
	{"disabled", "id-disabled", "student", true, false},
	/* New people with the names of others. */
	{"alumna", "id-of-another", "student", true, false},
	{"renamed", "id-of-another", "student", true, true},
	{"elsewhere", "id-elsewhere", "student", true, false},
	{"quarantined", "id-of-another", "student", true, false},
};

int login_world_find(void *context, const char *name,
		     struct directory_entry *entry_r, struct error *error)
{
	struct login_world *world = context;

	world->finds++;
	if (world->directory_is_down)
		return error_set(error, "cannot connect");
	memset(entry_r, 0, sizeof(*entry_r));
	for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		if (strcmp(entries[i].name, name) != 0 ||
		    world->entry_is_absent)
			continue;
		(void)snprintf(entry_r->dn, sizeof(entry_r->dn), "uid=%s",
			       name);
		(void)snprintf(entry_r->id, sizeof(entry_r->id), "%s",
			       world->entry_id != NULL ? world->entry_id
						       : entries[i].id);
		(void)snprintf(entry_r->class_name, sizeof(entry_r->class_name),
			       "%s", entries[i].class_name);
		entry_r->active =
			entries[i].active && !world->entry_is_inactive;
		entry_r->denied = entries[i].denied || world->entry_is_denied;
		return 1;
	}
	return 0;
}

static struct account add(struct login_world *world, const char *name,
			  const char *directory, const char *directory_id,
			  bool enabled)
{
	struct account account = {.enabled = enabled};
	struct error error;

	(void)snprintf(account.name, sizeof(account.name), "%s", name);
	(void)snprintf(account.class_name, sizeof(account.class_name),
		       "alumni");
	(void)snprintf(account.directory, sizeof(account.directory), "%s",
		       directory);
	(void)snprintf(account.directory_id, sizeof(account.directory_id), "%s",
		       directory_id);
	if (store_account_add(world->store, &account, LOGIN_WORLD_NOW - 1,
			      &error) != STORE_ADDED)
		fail_msg("%s: %s", name, error.text);
	return account;
}

int login_world_verify(void *context, const char *dn, const char *password,
		       struct error *error)
{
	struct login_world *world = context;
	char right[128];

	world->verifies++;
	assert_string_not_equal(password, "");
	if (world->binds_fail)
		return error_set(error, "the connection broke");
	if (world->added_meanwhile != NULL)
		(void)add(world, world->added_meanwhile, "university",
			  world->added_with_id, !world->added_disabled);
	(void)snprintf(right, sizeof(right), "%s-university", dn + 4);
	return strcmp(world->directory_password != NULL
			      ? world->directory_password
			      : right,
		      password) == 0;
}

int login_world_verify_hash(void *context, const char *hash,
			    const char *password, struct error *error)
{
	struct login_world *world = context;

	world->hashes++;
	if (strstr(hash, LOGIN_WORLD_DUMMY_SALT) != NULL) {
		world->dummies++;
		return 0;
	}
	if (strncmp(hash, NEW_PREFIX, strlen(NEW_PREFIX)) == 0)
		return password_hash_verify(hash, password, error);
	if (strncmp(hash, HASH_PREFIX, strlen(HASH_PREFIX)) != 0)
		return error_set(error, "the scheme is not known");
	return strcmp(hash + strlen(HASH_PREFIX), password) == 0 ? 1 : 0;
}

static void set_hash(struct login_world *world, const struct account *account,
		     const char *hash)
{
	struct credential credential = {.set_at = LOGIN_WORLD_NOW - 1};
	struct error error;

	(void)snprintf(credential.hash, sizeof(credential.hash), "%s", hash);
	if (store_credential_set(world->store, account->id, &credential,
				 &error) < 0)
		fail_msg("%s", error.text);
}

static void add_accounts(struct login_world *world)
{
	static const struct {
		const char *name, *directory, *directory_id, *hash;
		bool enabled;
	} accounts[] = {
		{"pinned", "university", "id-pinned", NULL, true},
		{"leaver", "university", "id-leaver", "leaver-alumni", true},
		{"barred", "university", "id-barred", "barred-alumni", true},
		{"disabled", "university", "id-disabled", "disabled-alumni",
		 false},
		{"alumna", "", "", "alumna-alumni", true},
		{"renamed", "university", "id-renamed", "renamed-alumni", true},
		{"elsewhere", "former", "id-elsewhere", "elsewhere-alumni",
		 true},
		{"gone", "university", "id-gone", "gone-alumni", true},
		{"nohash", "", "", NULL, true},
		{"broken", "", "", UNUSABLE_HASH, true},
	};
	struct account old;
	struct error error;

	for (size_t i = 0; i < sizeof(accounts) / sizeof(*accounts); i++) {
		struct account account =
			add(world, accounts[i].name, accounts[i].directory,
			    accounts[i].directory_id, accounts[i].enabled);
		char hash[PASSWORD_HASH_BYTES];

		if (accounts[i].hash == NULL)
			continue;
		(void)snprintf(hash, sizeof(hash), "%s%s",
			       accounts[i].hash[0] == '{' ? "" : HASH_PREFIX,
			       accounts[i].hash);
		set_hash(world, &account, hash);
	}
	old = add(world, "quarantined", "university", "id-quarantined", true);
	assert_int_equal(store_account_delete(world->store, old.id,
					      LOGIN_WORLD_NOW + 1000, &error),
			 1);
}

int login_world_set_up(void **state)
{
	static char domain[] = "alumni.example", alumni[] = "alumni";
	static char *own_domains[] = {domain, NULL};
	struct login_world *world = calloc(1, sizeof(*world));
	void *fixture = NULL;

	if (world == NULL || store_fixture_set_up(&fixture) != 0)
		return -1;
	world->fixture = fixture;
	world->store =
		store_fixture_open(fixture, STORE_ACCOUNTS_AND_CREDENTIALS);
	world->configuration.domains = own_domains;
	world->configuration.default_class = alumni;
	world->configuration.create_accounts = true;
	world->configuration.hash_memory = INT64_C(64) << 20;
	world->configuration.hash_passes = 2;
	world->configuration.refused_memory = 300;
	world->configuration.refused_memory_accepted = 3600;
	world->now = LOGIN_WORLD_NOW;
	add_accounts(world);
	*state = world;
	return 0;
}

int login_world_tear_down(void **state)
{
	struct login_world *world = *state;
	void *fixture = world->fixture;

	store_close(&world->store);
	shared_state_close(&world->state);
	free(world);
	return store_fixture_tear_down(&fixture);
}
