/* SPDX-License-Identifier: MIT
 *
 * What a change of an account leaves in the audit trail; see
 * lib/account/audit.h.
 */
#include "lib/account/audit.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NUMBER_BYTES 32

struct changes {
	struct audit_change *list;
	size_t count;
};

static void add(struct changes *changes, const char *action, const char *format,
		...) __attribute__((format(printf, 3, 4)));

static void add(struct changes *changes, const char *action, const char *format,
		...)
{
	struct audit_change *change;
	va_list args;

	/* One comparison more than there is room for. */
	assert(changes->count < AUDIT_CHANGES_MAX);
	change = &changes->list[changes->count++];
	change->action = action;
	va_start(args, format);
	(void)vsnprintf(change->detail, sizeof(change->detail), format, args);
	va_end(args);
}

static const char *or_none(const char *text)
{
	return text[0] == '\0' ? "none" : text;
}

static const char *own_number(bool has_own, int64_t number,
			      char text_r[NUMBER_BYTES])
{
	if (!has_own)
		return "the class's";
	(void)snprintf(text_r, NUMBER_BYTES, "%" PRId64, number);
	return text_r;
}

static void compare_name(struct changes *changes, const struct account *before,
			 const struct account *after)
{
	if (strcmp(before->name, after->name) != 0)
		add(changes, AUDIT_ACCOUNT_RENAME, "%s, was %s", after->name,
		    before->name);
}

static void compare_state(struct changes *changes, const struct account *before,
			  const struct account *after)
{
	if (before->enabled != after->enabled)
		add(changes,
		    after->enabled ? AUDIT_ACCOUNT_ENABLE
				   : AUDIT_ACCOUNT_DISABLE,
		    "%s", "");
	if (account_is_deleted(before) == account_is_deleted(after))
		return;
	if (account_is_deleted(after))
		add(changes, AUDIT_ACCOUNT_DELETE, "%s",
		    after->keep_mail ? "the mail is kept" : "");
	else
		add(changes, AUDIT_ACCOUNT_UNDELETE, "%s", "");
}

static void compare_class(struct changes *changes, const struct account *before,
			  const struct account *after)
{
	if (strcmp(before->class_name, after->class_name) != 0)
		add(changes, AUDIT_ACCOUNT_CLASS, "%s, was %s",
		    after->class_name, before->class_name);
}

static void compare_directory(struct changes *changes,
			      const struct account *before,
			      const struct account *after)
{
	if (strcmp(before->directory, after->directory) != 0 ||
	    strcmp(before->directory_id, after->directory_id) != 0)
		add(changes, AUDIT_ACCOUNT_PIN, "%s %s, was %s %s",
		    or_none(after->directory), after->directory_id,
		    or_none(before->directory), before->directory_id);
	if (account_is_denied(before) != account_is_denied(after))
		add(changes, AUDIT_ACCOUNT_DENIED,
		    account_is_denied(after)
			    ? "the directory denies every login"
			    : "the directory denies logins no longer");
	if (strcmp(before->backend, after->backend) != 0)
		add(changes, AUDIT_ACCOUNT_BACKEND, "%s, was %s",
		    or_none(after->backend), or_none(before->backend));
}

static void compare_limits(struct changes *changes,
			   const struct account *before,
			   const struct account *after)
{
	char now[NUMBER_BYTES];
	char was[NUMBER_BYTES];

	if (before->has_own_quota != after->has_own_quota ||
	    before->own_quota != after->own_quota)
		add(changes, AUDIT_QUOTA, "%s, was %s (bytes, 0 = unlimited)",
		    own_number(after->has_own_quota, after->own_quota, now),
		    own_number(before->has_own_quota, before->own_quota, was));
	if (before->has_own_retention != after->has_own_retention ||
	    before->own_retention != after->own_retention)
		add(changes, AUDIT_TRASH, "%s, was %s (seconds, 0 = never)",
		    own_number(after->has_own_retention, after->own_retention,
			       now),
		    own_number(before->has_own_retention, before->own_retention,
			       was));
}

static bool keeps_copy(const struct account *account)
{
	return account_forwards(account) && account->forward_keep_copy;
}

static void compare_mail(struct changes *changes, const struct account *before,
			 const struct account *after)
{
	if (strcmp(before->forward_address, after->forward_address) != 0 ||
	    keeps_copy(before) != keeps_copy(after))
		add(changes, AUDIT_FORWARD, "%s%s, was %s%s",
		    or_none(after->forward_address),
		    keeps_copy(after) ? " with a copy kept" : "",
		    or_none(before->forward_address),
		    keeps_copy(before) ? " with a copy kept" : "");
	if (account_sending_is_blocked(before) ==
	    account_sending_is_blocked(after))
		return;
	if (account_sending_is_blocked(after))
		add(changes, AUDIT_SENDING_BLOCK, "%s",
		    after->sending_block_reason);
	else
		add(changes, AUDIT_SENDING_UNBLOCK, "%s", "");
}

size_t audit_compare(const struct account *before, const struct account *after,
		     struct audit_change changes_r[AUDIT_CHANGES_MAX])
{
	struct changes changes = {.list = changes_r};

	compare_name(&changes, before, after);
	compare_state(&changes, before, after);
	compare_class(&changes, before, after);
	compare_directory(&changes, before, after);
	compare_limits(&changes, before, after);
	compare_mail(&changes, before, after);
	return changes.count;
}
