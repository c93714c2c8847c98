/* SPDX-License-Identifier: MIT
 *
 * Accounts: their home, what follows from their fields, what they did, and what
 * a change of them leaves in the audit trail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/account/account.h"
#include "lib/account/activity.h"
#include "lib/account/audit.h"

#define ID "0123456789abcdef0123456789abcdef"

static void the_home_hangs_on_the_id(void **state)
{
	const struct account account = {.id = ID, .name = "alumna"};
	char home[ACCOUNT_HOME_BYTES];
	char mail_home[ACCOUNT_HOME_BYTES];
	const size_t longest = sizeof(home) - sizeof("/01/" ID);

	(void)state;
	assert_int_equal(account_home(&account, "/mail", home), 0);
	assert_string_equal(home, "/mail/01/" ID);
	memset(mail_home, 'x', sizeof(mail_home));
	mail_home[longest] = '\0';
	assert_int_equal(account_home(&account, mail_home, home), 0);
	assert_string_equal(home + longest, "/01/" ID);
	mail_home[longest] = 'x';
	mail_home[longest + 1] = '\0';
	assert_int_equal(account_home(&account, mail_home, home), -1);
}

static void an_account_without_anything_is_plain(void **state)
{
	const struct account plain = {.id = ID};
	struct account account = plain;

	(void)state;
	assert_false(account_is_pinned(&plain));
	assert_false(account_is_deleted(&plain));
	assert_false(account_forwards(&plain));
	assert_false(account_is_denied(&plain));
	assert_false(account_sending_is_blocked(&plain));
	assert_true(account_stores_mail(&plain));
	(void)strcpy(account.directory_id, "i");
	assert_true(account_is_pinned(&account));
	account = plain;
	(void)strcpy(account.directory, "university");
	assert_false(account_is_pinned(&account));
	account.deleted_at = account.denied_at = account.sending_blocked_at = 1;
	assert_true(account_is_deleted(&account));
	assert_true(account_is_denied(&account));
	assert_true(account_sending_is_blocked(&account));
	(void)strcpy(account.forward_address, "x@outside.example");
	assert_true(account_forwards(&account));
	assert_false(account_stores_mail(&account));
	account.forward_keep_copy = true;
	assert_true(account_stores_mail(&account));
}

/* ---- activity ---- */

#define HOUR INT64_C(3600)
#define DAY  (24 * HOUR)
#define NOON (20000 * DAY + 12 * HOUR)

static void counts_are_of_their_window(void **state)
{
	struct activity activity = activity_at(NOON, 1, 2);
	const struct activity soon = activity_at(NOON + HOUR - 1, 0, 3);
	const struct activity later = activity_at(NOON + HOUR, 4, 0);
	const struct activity tomorrow = activity_at(NOON + DAY, 1, 5);
	const struct activity before = activity_at(NOON - DAY, 1, 1);

	(void)state;
	assert_int_equal(activity_forwarded_today(&activity, NOON), 1);
	assert_int_equal(activity_sent_this_hour(&activity, NOON), 2);
	assert_int_equal(activity_sent_today(&activity, NOON), 2);
	/* The same hour, and the day, to their last second. */
	activity_add(&activity, &soon);
	assert_int_equal(activity_sent_this_hour(&activity, NOON + HOUR - 1),
			 5);
	assert_int_equal(activity_sent_this_hour(&activity, NOON + HOUR), 0);
	assert_int_equal(activity_sent_today(&activity, NOON + 12 * HOUR - 1),
			 5);
	assert_int_equal(activity_sent_today(&activity, NOON + 12 * HOUR), 0);
	assert_int_equal(
		activity_forwarded_today(&activity, NOON + 12 * HOUR - 1), 1);
	assert_int_equal(activity_forwarded_today(&activity, NOON + 12 * HOUR),
			 0);
	/* Nothing sent: that does not begin another hour. */
	activity_add(&activity, &later);
	assert_int_equal(activity_sent_this_hour(&activity, NOON), 5);
	assert_int_equal(activity_forwarded_today(&activity, NOON), 5);
	/* Another day begins anew, also an earlier one. */
	activity_add(&activity, &tomorrow);
	assert_int_equal(activity_sent_today(&activity, NOON), 0);
	assert_int_equal(activity_sent_today(&activity, NOON + DAY), 5);
	assert_int_equal(activity_forwarded_today(&activity, NOON + DAY), 1);
	activity_add(&activity, &before);
	assert_int_equal(activity_sent_today(&activity, NOON + DAY), 0);
	assert_int_equal(activity_sent_today(&activity, NOON - DAY), 1);
}

/* ---- audit ---- */

static const struct account base = {
	.id = ID,
	.name = "alumna",
	.class_name = "alumni",
	.enabled = true,
};

static const struct {
	struct account before, after;
	/* "action: detail" of each change, with "; " between. */
	const char *changes;
} changes[] = {
	{{.enabled = true}, {.enabled = true}, ""},
	{{.name = "a"}, {.name = "b"}, "account.rename: b, was a"},
	{{.enabled = true}, {.enabled = false}, "account.disable: "},
	{{.enabled = false}, {.enabled = true}, "account.enable: "},
	{{.deleted_at = 0}, {.deleted_at = 5}, "account.delete: "},
	{{.deleted_at = 0},
	 {.deleted_at = 5, .keep_mail = true},
	 "account.delete: the mail is kept"},
	{{.deleted_at = 5}, {.deleted_at = 0}, "account.undelete: "},
	{{.deleted_at = 5}, {.deleted_at = 6}, ""},
	{{.class_name = "a"}, {.class_name = "b"}, "account.class: b, was a"},
	{{.directory = ""},
	 {.directory = "u", .directory_id = "i"},
	 "account.pin: u i, was none "},
	{{.directory = "u", .directory_id = "i"},
	 {.directory = "u", .directory_id = "j"},
	 "account.pin: u j, was u i"},
	{{.directory = "u", .directory_id = "i"},
	 {.directory = "v", .directory_id = "i"},
	 "account.pin: v i, was u i"},
	{{.denied_at = 0},
	 {.denied_at = 1},
	 "account.denied: the directory denies every login"},
	{{.denied_at = 1},
	 {.denied_at = 0},
	 "account.denied: the directory denies logins no longer"},
	{{.denied_at = 1}, {.denied_at = 2}, ""},
	{{.backend = ""}, {.backend = "h"}, "account.backend: h, was none"},
	{{.backend = "h"}, {.backend = ""}, "account.backend: none, was h"},
	{{.own_quota = 0},
	 {.has_own_quota = true},
	 "quota: 0, was the class's (bytes, 0 = unlimited)"},
	{{.has_own_quota = true, .own_quota = 1},
	 {.has_own_quota = true, .own_quota = 2},
	 "quota: 2, was 1 (bytes, 0 = unlimited)"},
	{{.has_own_retention = true, .own_retention = 1},
	 {.own_retention = 1},
	 "trash: the class's, was 1 (seconds, 0 = never)"},
	{{.has_own_retention = true, .own_retention = 1},
	 {.has_own_retention = true, .own_retention = 3},
	 "trash: 3, was 1 (seconds, 0 = never)"},
	{{.forward_address = ""},
	 {.forward_address = "x@y", .forward_keep_copy = true},
	 "forward: x@y with a copy kept, was none"},
	{{.forward_address = "x@y", .forward_keep_copy = true},
	 {.forward_address = "x@y"},
	 "forward: x@y, was x@y with a copy kept"},
	{{.forward_address = "x@y"},
	 {.forward_address = ""},
	 "forward: none, was x@y"},
	/* Without an address, it says nothing yet. */
	{{.forward_keep_copy = false}, {.forward_keep_copy = true}, ""},
	{{.sending_blocked_at = 0},
	 {.sending_blocked_at = 1, .sending_block_reason = "spam"},
	 "sending.block: spam"},
	{{.sending_blocked_at = 1},
	 {.sending_blocked_at = 0},
	 "sending.unblock: "},
	{{.sending_blocked_at = 1}, {.sending_blocked_at = 2}, ""},
	/* What nobody asks for in a trail. */
	{{.usage_bytes = 1}, {.usage_bytes = 2, .last_tier = "alumni"}, ""},
	{{.name = "a", .enabled = true},
	 {.name = "b", .class_name = "c"},
	 "account.rename: b, was a; account.disable: ; "
	 "account.class: c, was "},
};

static void changes_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct audit_change list[AUDIT_CHANGES_MAX];
		const size_t count = audit_compare(&changes[i].before,
						   &changes[i].after, list);
		char text[1024] = "";
		size_t used = 0;

		for (size_t n = 0; n < count; n++)
			used += (size_t)snprintf(
				text + used, sizeof(text) - used, "%s%s: %s",
				n == 0 ? "" : "; ", list[n].action,
				list[n].detail);
		if (strcmp(text, changes[i].changes) != 0)
			fail_msg("case %zu: expected \"%s\", got \"%s\"", i,
				 changes[i].changes, text);
	}
}

/* There is room for all of them at once. */
static void everything_may_change(void **state)
{
	const struct account other = {
		.name = "other",
		.class_name = "student",
		.deleted_at = 1,
		.directory = "u",
		.directory_id = "i",
		.denied_at = 1,
		.backend = "h",
		.has_own_quota = true,
		.has_own_retention = true,
		.forward_address = "x@y",
		.sending_blocked_at = 1,
	};
	struct audit_change list[AUDIT_CHANGES_MAX];

	(void)state;
	assert_int_equal(audit_compare(&base, &other, list), 11);
	assert_true(AUDIT_CHANGES_MAX >= 11);
	assert_int_equal(audit_compare(&other, &base, list), 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_home_hangs_on_the_id),
		cmocka_unit_test(an_account_without_anything_is_plain),
		cmocka_unit_test(counts_are_of_their_window),
		cmocka_unit_test(changes_are_told),
		cmocka_unit_test(everything_may_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
