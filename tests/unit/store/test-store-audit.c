/* SPDX-License-Identifier: MIT
 *
 * The audit trail: that every change leaves its entry, that what is no change
 * leaves none, and how the trail is read and pruned.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "lib/store/audit.h"
#include "lib/store/deleted.h"
#include "lib/store/pending.h"
#include "tests/unit/store/store-fixture.h"

#define ENTRIES 40
#define HASH    "{X}secret-hash"

static size_t list(struct store *store, const char *id,
		   struct audit_entry entries_r[ENTRIES])
{
	const struct store_audit_query query = {.account_id = id};
	size_t count;

	assert_int_equal(
		store_audit(store, &query, entries_r, ENTRIES, &count, NULL),
		0);
	return count;
}

/* The newest entry of the account is this one. */
static void expect(struct store *store, const char *id, const char *action,
		   const char *detail)
{
	struct audit_entry entries[ENTRIES];
	size_t count = list(store, id, entries);

	if (count == 0 || strcmp(entries[0].action, action) != 0 ||
	    strcmp(entries[0].detail, detail) != 0)
		fail_msg("expected %s \"%s\", got %s \"%s\"", action, detail,
			 count == 0 ? "nothing" : entries[0].action,
			 count == 0 ? "" : entries[0].detail);
	assert_null(strstr(entries[0].detail, HASH));
}

static void names_and_blocks_are_kept(struct store *store, const char *id)
{
	assert_int_equal(store_sending_block(store, id, 5, "stolen", NULL), 1);
	expect(store, id, "sending.block", "stolen");
	assert_int_equal(store_sending_unblock(store, id, NULL), 1);
	expect(store, id, "sending.unblock", "");
	assert_int_equal(store_alias_add(store, id, "c.hanged", 1, NULL),
			 STORE_ADDED);
	expect(store, id, "alias.add", "c.hanged");
	assert_int_equal(store_alias_remove(store, id, "c.hanged", 0, NULL), 1);
	expect(store, id, "alias.remove", "c.hanged");
	assert_int_equal(store_account_rename(store, id, "renamed",
					      STORE_OLD_NAME_ALIAS, 0, 1, NULL),
			 STORE_ADDED);
	expect(store, id, "account.rename", "renamed, was changed");
}

static void every_change_of_an_account_is_kept(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account;
	const int64_t number = 5;
	const char *id;

	store_set_actor(store, "alice via sudo", "alumnictl");
	account = store_fixture_add(store, "changed");
	id = account.id;
	expect(store, id, "account.add",
	       "class alumni, enabled, pinned to nothing");
	assert_int_equal(store_account_set_enabled(store, id, false, NULL), 1);
	expect(store, id, "account.disable", "");
	assert_int_equal(store_account_set_enabled(store, id, true, NULL), 1);
	expect(store, id, "account.enable", "");
	assert_int_equal(store_account_set_class(store, id, "student", NULL),
			 1);
	expect(store, id, "account.class", "student, was alumni");
	assert_int_equal(store_account_pin(store, id, "university", "77", NULL),
			 1);
	expect(store, id, "account.pin", "university 77, was none ");
	assert_int_equal(store_account_set_denied(store, id, 9, NULL), 1);
	expect(store, id, "account.denied", "the directory denies every login");
	assert_int_equal(store_account_set_backend(store, id, "b1", NULL), 1);
	expect(store, id, "account.backend", "b1, was none");
	assert_int_equal(store_account_set_quota(store, id, &number, NULL), 1);
	expect(store, id, "quota", "5, was the class's (bytes, 0 = unlimited)");
	assert_int_equal(store_account_set_retention(store, id, &number, NULL),
			 1);
	expect(store, id, "trash", "5, was the class's (seconds, 0 = never)");
	assert_int_equal(
		store_account_set_forward(store, id, "a@b.example", true, NULL),
		1);
	expect(store, id, "forward", "a@b.example with a copy kept, was none");
	names_and_blocks_are_kept(store, id);
	assert_int_equal(store_account_retire(store, id, 5, true, NULL), 1);
	expect(store, id, "account.delete", "the mail is kept");
	assert_int_equal(store_account_undelete(store, id, NULL), 1);
	expect(store, id, "account.undelete", "");
	assert_int_equal(store_account_delete(store, id, 0, NULL), 1);
	expect(store, id, "account.purge", "");
	store_close(&store);
}

static void credentials_and_what_waits_are_kept(void **state)
{
	static const struct {
		enum credential_kind kind;
		const char *label, *set, *clear;
	} cases[] = {
		{CREDENTIAL_PASSWORD, "", "password.set", "password.clear"},
		{CREDENTIAL_LEARNED, "u", "learned.set", "learned.clear"},
		{CREDENTIAL_APP, "my phone", "app-password.add",
		 "app-password.revoke"},
		{CREDENTIAL_INVITE, "", "invite.add", "invite.clear"},
	};
	const struct pending_forward waits = {
		.address = "w@b.example", .code_hash = HASH, .expires_at = 9};
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "secrets");
	const char *id = account.id;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct credential credential = {
			.kind = cases[i].kind, .hash = HASH, .set_at = 1};

		(void)snprintf(credential.label, sizeof(credential.label), "%s",
			       cases[i].label);
		assert_int_equal(
			store_credential_add(store, id, &credential, NULL), 1);
		expect(store, id, cases[i].set, cases[i].label);
		assert_int_equal(store_credential_clear(store, id,
							cases[i].kind,
							cases[i].label, NULL),
				 1);
		expect(store, id, cases[i].clear, cases[i].label);
	}
	assert_int_equal(store_pending_forward_set(store, id, &waits, NULL), 1);
	expect(store, id, "forward.pending", "w@b.example");
	assert_int_equal(store_pending_forward_confirm(store, id, HASH, NULL),
			 1);
	expect(store, id, "forward", "w@b.example, was none");
	store_close(&store);
}

static void what_is_no_change_leaves_nothing(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "quiet");
	struct audit_entry entries[ENTRIES];
	const char *id = account.id;

	assert_int_equal(store_account_set_enabled(store, id, true, NULL), 1);
	assert_int_equal(store_account_set_class(store, id, "alumni", NULL), 1);
	assert_int_equal(store_account_set_forward(store, id, "", false, NULL),
			 1);
	assert_int_equal(store_usage_set(store, id,
					 &(struct usage_count){.bytes = 1,
							       .messages = 1,
							       .counted_at = 0},
					 0, NULL),
			 1);
	assert_int_equal(store_trash_saved(store, id, 1, NULL), 1);
	assert_int_equal(store_account_set_last_tier(store, id, "alumni", NULL),
			 1);
	assert_int_equal(store_account_set_other(store, id, "u", "1", NULL), 1);
	assert_int_equal(store_account_undelete(store, id, NULL), 0);
	assert_int_equal(list(store, id, entries), 1);
	store_close(&store);
}

static void actors_are_told_apart(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "acted");
	struct audit_entry entries[ENTRIES];
	int64_t now = (int64_t)time(NULL);

	store_set_actor(store, "self", "imap");
	assert_int_equal(
		store_account_set_enabled(store, account.id, false, NULL), 1);
	assert_int_equal(list(store, account.id, entries), 2);
	assert_string_equal(entries[0].actor, "self");
	assert_string_equal(entries[0].origin, "imap");
	assert_string_equal(entries[0].account_name, "acted");
	assert_string_equal(entries[0].account_id, account.id);
	assert_true(entries[0].at >= now - 60 && entries[0].at <= now + 60);
	assert_string_equal(entries[1].actor, "-");
	store_close(&store);
}

static void the_trail_is_read_by_name_and_by_page(void **state)
{
	struct store *store = store_fixture_open_all(state);
	struct account account = store_fixture_add(store, "before");
	struct store_audit_query query = {.account_name = "before"};
	struct audit_entry entries[ENTRIES];
	int64_t last;
	size_t count;

	assert_int_equal(store_account_rename(store, account.id, "after",
					      STORE_OLD_NAME_ALIAS, 0, 1, NULL),
			 STORE_ADDED);
	assert_int_equal(
		store_account_set_enabled(store, account.id, false, NULL), 1);
	/* By either name, all of it. */
	assert_int_equal(
		store_audit(store, &query, entries, ENTRIES, &count, NULL), 0);
	assert_int_equal(count, 3);
	assert_string_equal(entries[0].account_name, "after");
	assert_string_equal(entries[2].account_name, "before");
	query.account_name = "after";
	assert_int_equal(store_audit(store, &query, entries, 2, &count, NULL),
			 0);
	assert_int_equal(count, 2);
	query.before = last = entries[1].number;
	assert_int_equal(store_audit(store, &query, entries, 2, &count, NULL),
			 0);
	assert_int_equal(count, 1);
	assert_true(entries[0].number < last);
	query = (struct store_audit_query){.since = INT64_MAX};
	assert_int_equal(store_audit(store, &query, entries, 2, &count, NULL),
			 0);
	assert_int_equal(count, 0);
	query.account_name = "nobody";
	query.since = 0;
	assert_int_equal(store_audit(store, &query, entries, 2, &count, NULL),
			 0);
	assert_int_equal(count, 0);
	store_close(&store);
}

static void old_entries_are_pruned(void **state)
{
	struct store *store = store_fixture_open_all(state);
	const struct store_audit_query all = {0};
	struct audit_entry entries[ENTRIES];
	int64_t now = (int64_t)time(NULL);
	size_t count;

	(void)store_fixture_add(store, "pruned");
	assert_int_equal(store_audit_prune(store, now - 1000, NULL), 0);
	assert_true(store_audit_prune(store, now + 1000, NULL) > 0);
	assert_int_equal(
		store_audit(store, &all, entries, ENTRIES, &count, NULL), 0);
	assert_int_equal(count, 0);
	store_close(&store);
}

static void more_are_pruned_than_go_at_a_time(void **state)
{
	const struct store_fixture *fixture = *state;
	struct store *store = store_fixture_open_all(state);
	int64_t others;

	others = store_audit_prune(store, INT64_MAX, NULL);
	assert_true(others >= 0);
	store_fixture_execute(
		fixture->accounts,
		"WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL"
		"  SELECT i + 1 FROM n WHERE i < 12001)"
		" INSERT INTO audit (at, account_id, account_name, actor,"
		"  origin, action, detail)"
		" SELECT i, '', '', '', '', '', '' FROM n");
	assert_int_equal(store_audit_prune(store, 11001, NULL), 11000);
	assert_int_equal(store_audit_prune(store, 11001, NULL), 0);
	assert_int_equal(store_audit_prune(store, INT64_MAX, NULL), 1001);
	store_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_change_of_an_account_is_kept),
		cmocka_unit_test(credentials_and_what_waits_are_kept),
		cmocka_unit_test(what_is_no_change_leaves_nothing),
		cmocka_unit_test(actors_are_told_apart),
		cmocka_unit_test(the_trail_is_read_by_name_and_by_page),
		cmocka_unit_test(old_entries_are_pruned),
		cmocka_unit_test(more_are_pruned_than_go_at_a_time),
	};

	return cmocka_run_group_tests(tests, store_fixture_set_up,
				      store_fixture_tear_down);
}
