/* SPDX-License-Identifier: MIT
 *
 * The columns of the store's tables; see lib/store/columns.h.
 */
#include "lib/store/columns.h"

#include "lib/store/audit.h"
#include "lib/store/pending.h"
#include "lib/store/store.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

#define ADDED    (ACCOUNT_COLUMN_ADDED | ACCOUNT_COLUMN_IMPORTED)
#define IMPORTED ACCOUNT_COLUMN_IMPORTED
#define AUDITED  ACCOUNT_COLUMN_AUDITED

#define ACCOUNT(name, field, ...)                                              \
	COLUMN(struct account, name, field, __VA_ARGS__)
#define OWN(name, field, has_field, ...)                                       \
	COLUMN_OPTIONAL(struct account, name, field, has_field, __VA_ARGS__)

static const struct column account_list[] = {
	/* The milter can write to this table, and programs with more rights
	   build paths from ids. */
	ACCOUNT("id", id, .flags = IMPORTED, .is_valid = account_id_is_valid),
	ACCOUNT("name", name, .flags = ADDED | AUDITED),
	ACCOUNT("class", class_name, .flags = ADDED | AUDITED),
	ACCOUNT("enabled", enabled, .flags = ADDED | AUDITED),
	ACCOUNT("created_at", created_at, .flags = IMPORTED),
	ACCOUNT("deleted_at", deleted_at, .flags = AUDITED),
	ACCOUNT("keep_mail", keep_mail),
	ACCOUNT("directory", directory, .flags = ADDED | AUDITED),
	ACCOUNT("directory_id", directory_id, .flags = ADDED | AUDITED),
	ACCOUNT("denied_at", denied_at, .flags = IMPORTED | AUDITED),
	ACCOUNT("other_directory", other_directory),
	ACCOUNT("other_directory_id", other_directory_id),
	ACCOUNT("last_tier", last_tier),
	ACCOUNT("backend", backend, .flags = IMPORTED | AUDITED),
	OWN("own_quota", own_quota, has_own_quota, .flags = ADDED | AUDITED),
	OWN("own_retention", own_retention, has_own_retention,
	    .flags = IMPORTED | AUDITED),
	ACCOUNT("forward_address", forward_address,
		.flags = IMPORTED | AUDITED),
	ACCOUNT("forward_keep_copy", forward_keep_copy,
		.flags = IMPORTED | AUDITED),
	ACCOUNT("usage_bytes", usage_bytes),
	ACCOUNT("usage_messages", usage_messages),
	ACCOUNT("usage_counted_at", usage_counted_at),
	ACCOUNT("usage_saved_at", usage_saved_at),
	ACCOUNT("usage_uid_validity", usage_uid_validity),
	ACCOUNT("usage_uid_next", usage_uid_next),
	ACCOUNT("warned", warned),
	ACCOUNT("warning_due", warning_due),
	ACCOUNT("warning_token", warning_token),
	ACCOUNT("trash_oldest", trash_oldest),
	ACCOUNT("trash_generation", trash_generation),
	ACCOUNT("sending_blocked_at", sending_blocked_at,
		.flags = IMPORTED | AUDITED),
	ACCOUNT("sending_block_reason", sending_block_reason,
		.flags = IMPORTED),
};
_Static_assert(COUNT(account_list) <= DATABASE_PARAMETERS_MAX,
	       "one statement must take a whole account");

static const struct column alias_list[] = {
	COLUMN(struct alias, "name", name),
	COLUMN(struct alias, "created_at", created_at),
};

#define ACTIVITY(name, field) COLUMN(struct account_activity, name, field)

static const struct column activity_list[] = {
	ACTIVITY("account_id", account_id),
	ACTIVITY("forward_day", activity.forwarded_in_day.window),
	ACTIVITY("forwarded", activity.forwarded_in_day.count),
	ACTIVITY("send_hour", activity.sent_in_hour.window),
	ACTIVITY("sent_in_hour", activity.sent_in_hour.count),
	ACTIVITY("send_day", activity.sent_in_day.window),
	ACTIVITY("sent_in_day", activity.sent_in_day.count),
};

static const struct column audit_list[] = {
	COLUMN(struct audit_entry, "number", number),
	COLUMN(struct audit_entry, "at", at),
	COLUMN(struct audit_entry, "account_id", account_id),
	COLUMN(struct audit_entry, "account_name", account_name),
	COLUMN(struct audit_entry, "actor", actor),
	COLUMN(struct audit_entry, "origin", origin),
	COLUMN(struct audit_entry, "action", action),
	COLUMN(struct audit_entry, "detail", detail),
};

static const struct column pending_list[] = {
	COLUMN(struct pending_forward, "address", address),
	COLUMN(struct pending_forward, "keep_copy", keep_copy),
	COLUMN(struct pending_forward, "code_hash", code_hash),
	COLUMN(struct pending_forward, "expires_at", expires_at),
	COLUMN(struct pending_forward, "attempts", attempts),
};

const char *const credential_kind_words[] = {
	[CREDENTIAL_PASSWORD] = "password",
	[CREDENTIAL_LEARNED] = "learned",
	[CREDENTIAL_APP] = "app",
	[CREDENTIAL_INVITE] = "invite",
};

static const struct column credential_list[] = {
	COLUMN_WORD(struct credential, "kind", kind, credential_kind_words),
	COLUMN(struct credential, "label", label),
	COLUMN(struct credential, "hash", hash),
	COLUMN(struct credential, "set_at", set_at),
	COLUMN(struct credential, "last_used_at", last_used_at),
	COLUMN(struct credential, "expires_at", expires_at),
};

static const struct column owner_list[] = {
	COLUMN(struct credentials_owner, "account_id", account_id),
};

static const struct column attempts_list[] = {
	COLUMN(struct attempts, "since", since),
	COLUMN(struct attempts, "count", count),
};

const struct columns account_columns = COLUMNS(struct account, account_list);
const struct columns alias_columns = COLUMNS(struct alias, alias_list);
const struct columns activity_columns =
	COLUMNS(struct account_activity, activity_list);
const struct columns audit_columns = COLUMNS(struct audit_entry, audit_list);
const struct columns pending_columns =
	COLUMNS(struct pending_forward, pending_list);
const struct columns credential_columns =
	COLUMNS(struct credential, credential_list);
const struct columns owner_columns =
	COLUMNS(struct credentials_owner, owner_list);
const struct columns attempts_columns = COLUMNS(struct attempts, attempts_list);
