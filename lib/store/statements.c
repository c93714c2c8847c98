/* SPDX-License-Identifier: MIT
 *
 * All statements of the store; see lib/store/statements.h.
 *
 * They are in the SQL that both SQLite 3.40 and PostgreSQL 15 understand. A
 * parameter of which nothing else tells the type is cast, since PostgreSQL
 * would take it for a number of 32 bits beside a small constant.
 */
#include "lib/store/statements.h"

#include "lib/account/audit.h"
#include "lib/store/columns.h"

#define SELECT_ACCOUNT "SELECT {columns} FROM accounts WHERE "
#define SELECT_AUDIT   "SELECT {columns} FROM audit WHERE "

/* Statements that give rows of a table. */
#define ACCOUNTS(text)                                                         \
	{                                                                      \
		.sql = (text), .columns = &account_columns                     \
	}
#define ENTRIES(text)                                                          \
	{                                                                      \
		.sql = (text), .columns = &audit_columns                       \
	}
/* A change of one account that is not deleted. */
#define SET(assignments)                                                       \
	{                                                                      \
		.sql = "UPDATE accounts SET " assignments                      \
		       " WHERE id = $1 AND deleted_at = 0"                     \
	}
/* Puts names into quarantine, or changes how long they stay there. */
#define QUARANTINE(source)                                                     \
	{                                                                      \
		.sql = "INSERT INTO quarantine (name, until, "                 \
		       "account_id) " source                                   \
		       " ON CONFLICT (name) DO UPDATE SET"                     \
		       " until = excluded.until,"                              \
		       " account_id = excluded.account_id"                     \
	}

const struct database_statement accounts_statements[ACCOUNTS_STATEMENTS] = {
	[ACCOUNT_BY_NAME] =
		ACCOUNTS(SELECT_ACCOUNT "name = $1 AND deleted_at = 0"),
	[ACCOUNT_BY_ID] = ACCOUNTS(SELECT_ACCOUNT "id = $1 AND deleted_at = 0"),
	[ACCOUNT_EVEN_DELETED] = ACCOUNTS(SELECT_ACCOUNT "id = $1"),
	/* One of the two at most, since no name is of both kinds. */
	[ACCOUNT_BY_LOCAL_PART] = ACCOUNTS(
		SELECT_ACCOUNT
		"name = $1 AND deleted_at = 0 UNION ALL " SELECT_ACCOUNT
		"id = (SELECT account_id FROM aliases"
		"  WHERE name = $1) AND deleted_at = 0"),
	[ACCOUNTS_AFTER] =
		ACCOUNTS(SELECT_ACCOUNT "name > $1 AND deleted_at = 0"
					" ORDER BY name LIMIT $2"),
	[ACCOUNT_INSERT] =
		ACCOUNTS("INSERT INTO accounts ({columns}) VALUES ({values})"
			 " ON CONFLICT (name) DO NOTHING"),
	[ACCOUNT_SET_ENABLED] = SET("enabled = $2"),
	[ACCOUNT_SET_CLASS] = SET("class = $2"),
	[ACCOUNT_PIN] = SET("directory = $2, directory_id = $3, denied_at = 0,"
			    " other_directory = '', other_directory_id = ''"),
	[ACCOUNT_SET_DENIED] = SET("denied_at = $2"),
	[ACCOUNT_SET_OTHER] =
		SET("other_directory = $2, other_directory_id = $3"),
	[ACCOUNT_SET_LAST_TIER] = SET("last_tier = $2"),
	[ACCOUNT_SET_BACKEND] = SET("backend = $2"),
	[ACCOUNT_SET_QUOTA] = SET("own_quota = $2"),
	[ACCOUNT_SET_RETENTION] = SET("own_retention = $2"),
	[ACCOUNT_SET_FORWARD] =
		SET("forward_address = $2, forward_keep_copy = $3"),
	[ACCOUNT_DELETE] = {.sql = "DELETE FROM accounts WHERE id = $1"},
	[ACCOUNT_RETIRE] = SET("deleted_at = $2, keep_mail = $3"),
	[ACCOUNT_UNDELETE] = {.sql = "UPDATE accounts SET deleted_at = 0,"
				     " keep_mail = FALSE"
				     " WHERE id = $1 AND deleted_at > 0"},
	[DELETED_BY_NAME] =
		ACCOUNTS(SELECT_ACCOUNT "name = $1 AND deleted_at > 0"),
	[DELETED_UNTIL] =
		ACCOUNTS(SELECT_ACCOUNT "deleted_at > 0 AND deleted_at <= $1"
					" AND (deleted_at, id) > ($2, $3)"
					" ORDER BY deleted_at, id LIMIT $4"),
	[ACCOUNT_RENAME] = SET("name = $2"),
	[NAME_FIND] =
		{.sql = "SELECT deleted_at FROM accounts WHERE name = $1"},
	[QUARANTINE_FIND] = {.sql = "SELECT 1 FROM quarantine WHERE name = $1"
				    " AND until > $2 AND account_id <> $3"},
	[QUARANTINE_NAME] = QUARANTINE("VALUES ($1, $2, $3)"),
	/* The account that had the alias may have it again. */
	[QUARANTINE_ALIAS] = QUARANTINE("SELECT name, $3, account_id"
					" FROM aliases"
					" WHERE account_id = $1 AND name = $2"),
	/* Nobody may: an account that is imported under the id of a purged one
	   may be another person's. */
	[QUARANTINE_ALIASES] = QUARANTINE("SELECT name, $2, '' FROM aliases"
					  " WHERE account_id = $1"),
	[QUARANTINE_ACCOUNT] = QUARANTINE("SELECT name, $2, '' FROM accounts"
					  " WHERE id = $1"),
	[QUARANTINE_DELETE] = {.sql = "DELETE FROM quarantine WHERE name = $1"},
	/* An earlier count changes nothing. Counts come with each message, so
	   one that is lost is right again after the next. */
	[USAGE_SET] =
		{.sql = "UPDATE accounts SET"
			" usage_bytes = CASE WHEN CAST($2 AS BIGINT) < 0"
			"  THEN usage_bytes ELSE $2 END,"
			" usage_messages = CASE WHEN CAST($3 AS BIGINT) < 0"
			"  THEN usage_messages ELSE $3 END,"
			" usage_counted_at = CASE WHEN $4 = 0"
			"  THEN usage_counted_at ELSE $4 END,"
			" usage_uid_validity = $6, usage_uid_next = $7"
			" WHERE id = $1 AND (CAST($4 AS BIGINT) = 0"
			"  OR (usage_counted_at <= $4 AND usage_saved_at <= $4)"
			"  OR usage_counted_at > $5 OR usage_saved_at > $5)",
		 .is_unsynced = true},
	[USAGE_FORGET_INBOX] = {.sql = "UPDATE accounts SET usage_uid_next = 0"
				       " WHERE id = $1",
				.is_unsynced = true},
	/* Only to a usage that goes up to the message before the first of
	   these. A stored time in the future comes from another clock. */
	[USAGE_ADD] =
		{.sql = "UPDATE accounts SET usage_bytes = usage_bytes + $2,"
			" usage_messages = usage_messages + $3,"
			" usage_uid_next = usage_uid_next + $3,"
			" usage_saved_at = CASE WHEN usage_saved_at > $7"
			"  OR usage_saved_at < $6"
			"  THEN $6 ELSE usage_saved_at END"
			" WHERE name = $1 AND deleted_at = 0"
			" AND usage_uid_validity = $4 AND usage_uid_next = $5"
			" RETURNING {columns}",
		 .columns = &account_columns,
		 .is_unsynced = true},
	[WARNING_SET] =
		{.sql = "UPDATE accounts SET warned = $3, warning_due = $4"
			" WHERE id = $1 AND warned = $2"},
	[WARNINGS_DUE] = ACCOUNTS(
		SELECT_ACCOUNT "warning_due > 0 AND id > $1 AND deleted_at = 0"
			       " ORDER BY id LIMIT $2"),
	[WARNING_TAKE] = {.sql = "UPDATE accounts SET warning_due = 0,"
				 " warning_token = $3 WHERE id = $1"
				 " AND warning_due > 0 AND warning_due = $2"},
	[WARNING_DELIVERED] = {.sql = "UPDATE accounts SET warning_token = ''"
				      " WHERE id = $1 AND warning_token = $2"},
	[TRASH_SAVED] =
		{.sql = "UPDATE accounts SET"
			" trash_oldest = CASE WHEN trash_oldest = 0"
			"  OR trash_oldest > $2 THEN $2 ELSE trash_oldest END,"
			" trash_generation = trash_generation + 1"
			" WHERE id = $1"},
	/* If it is lost, the account is visited once more. */
	[TRASH_EXPIRED] = {.sql = "UPDATE accounts SET trash_oldest = $3"
				  " WHERE id = $1 AND trash_generation = $2",
			   .is_unsynced = true},
	/* The conditions are those of the two indexes, so that accounts with
	   nothing due are never looked at. */
	[TRASH_OLDER_THAN] = ACCOUNTS(
		SELECT_ACCOUNT
		"trash_oldest > 0 AND own_retention IS NULL"
		" AND deleted_at = 0"
		" AND trash_oldest <= $1 AND (trash_oldest, id) > ($2, $3)"
		" UNION ALL " SELECT_ACCOUNT
		"trash_oldest > 0 AND own_retention > 0"
		" AND deleted_at = 0"
		" AND trash_oldest <= $5 - own_retention"
		" AND (trash_oldest, id) > ($2, $3)"
		" ORDER BY trash_oldest, id LIMIT $4"),
	[ALIAS_FIND] = {.sql = "SELECT 1 FROM aliases WHERE name = $1"},
	[ALIAS_COUNT] =
		{.sql = "SELECT count(*) FROM aliases WHERE account_id = $1"},
	[ALIAS_INSERT] =
		{.sql = "INSERT INTO aliases (name, account_id, created_at)"
			" SELECT $2, id, $3 FROM accounts"
			" WHERE id = $1 AND deleted_at = 0"},
	[ALIAS_DELETE] = {.sql = "DELETE FROM aliases"
				 " WHERE account_id = $1 AND name = $2"},
	[ALIASES_OF] =
		{.sql = "SELECT {columns} FROM aliases WHERE account_id = $1"
			" ORDER BY name LIMIT $2",
		 .columns = &alias_columns},
	[ALIASES_DELETE] = {.sql = "DELETE FROM aliases WHERE account_id = $1"},
	[ACTIVITY_OF] = {.sql = "SELECT {columns} FROM activity"
				" WHERE account_id = $1",
			 .columns = &activity_columns},
	/* As activity_add(): a count of another window begins anew. $1 is the
	   account's id, the first of the columns. */
	[ACTIVITY_ADD] =
		{.sql = "INSERT INTO activity ({columns})"
			" SELECT {values} FROM accounts"
			" WHERE id = $1"
			" ON CONFLICT (account_id) DO UPDATE SET"
			" forwarded = CASE"
			"  WHEN excluded.forwarded = 0"
			"   THEN activity.forwarded"
			"  WHEN excluded.forward_day = activity.forward_day"
			"   THEN activity.forwarded + excluded.forwarded"
			"  ELSE excluded.forwarded END,"
			" forward_day = CASE WHEN excluded.forwarded = 0"
			"  THEN activity.forward_day"
			"  ELSE excluded.forward_day END,"
			" sent_in_hour = CASE"
			"  WHEN excluded.sent_in_hour = 0"
			"   THEN activity.sent_in_hour"
			"  WHEN excluded.send_hour = activity.send_hour"
			"   THEN activity.sent_in_hour"
			"    + excluded.sent_in_hour"
			"  ELSE excluded.sent_in_hour END,"
			" send_hour = CASE WHEN excluded.sent_in_hour = 0"
			"  THEN activity.send_hour"
			"  ELSE excluded.send_hour END,"
			" sent_in_day = CASE"
			"  WHEN excluded.sent_in_day = 0"
			"   THEN activity.sent_in_day"
			"  WHEN excluded.send_day = activity.send_day"
			"   THEN activity.sent_in_day + excluded.sent_in_day"
			"  ELSE excluded.sent_in_day END,"
			" send_day = CASE WHEN excluded.sent_in_day = 0"
			"  THEN activity.send_day"
			"  ELSE excluded.send_day END",
		 .columns = &activity_columns},
	[ACTIVITY_CLEAR_SENT] =
		{.sql = "UPDATE activity SET sent_in_hour = 0,"
			" sent_in_day = 0 WHERE account_id = $1"},
	[ACTIVITY_DELETE] =
		{.sql = "DELETE FROM activity WHERE account_id = $1"},
	[SENDING_BLOCK] =
		{.sql = "UPDATE accounts SET sending_blocked_at = $2,"
			" sending_block_reason = $3 WHERE id = $1"
			" AND deleted_at = 0 AND sending_blocked_at = 0"},
	[SENDING_UNBLOCK] =
		SET("sending_blocked_at = 0, sending_block_reason = ''"),
	[AUDIT_INSERT] =
		{.sql = "INSERT INTO audit (at, account_id, account_name,"
			" actor, origin, action, detail) VALUES ($1, $2,"
			" COALESCE((SELECT name FROM accounts WHERE id = $2),"
			"  ''), $3, $4, $5, $6)"},
	[AUDIT_ALL] = ENTRIES(SELECT_AUDIT "number < $1 AND at >= $2"
					   " ORDER BY number DESC LIMIT $3"),
	[AUDIT_OF_ID] = ENTRIES(SELECT_AUDIT
				"number < $1 AND at >= $2 AND account_id = $4"
				" ORDER BY number DESC LIMIT $3"),
	[AUDIT_OF_NAME] =
		ENTRIES(SELECT_AUDIT
			"number < $1 AND at >= $2 AND account_id IN"
			" (SELECT account_id FROM audit WHERE account_name = $4"
			"  UNION SELECT id FROM accounts WHERE name = $4)"
			" ORDER BY number DESC LIMIT $3"),
	[AUDIT_PRUNE] =
		{.sql = "DELETE FROM audit WHERE number IN"
			" (SELECT number FROM audit WHERE at < $1 LIMIT $2)"},
	[AUDIT_PASSWORDS_CHANGED] =
		{.sql = "SELECT COALESCE(max(at), 0) FROM audit WHERE "
			"account_id = $1"
			" AND action IN ('" AUDIT_PASSWORD_SET
			"', '" AUDIT_PASSWORD_CLEAR
			"', '" AUDIT_APP_PASSWORD_REVOKE "')"},
	[PENDING_OF] = {.sql = "SELECT {columns} FROM pending_forward"
			       " WHERE account_id = $1 AND expires_at > $2",
			.columns = &pending_columns},
	[PENDING_SET] =
		{.sql = "INSERT INTO pending_forward (account_id, address,"
			" keep_copy, code_hash, expires_at, attempts)"
			" SELECT id, $2, $3, $4, $5, 0 FROM accounts"
			" WHERE id = $1 AND deleted_at = 0"
			" ON CONFLICT (account_id) DO UPDATE SET"
			" address = excluded.address,"
			" keep_copy = excluded.keep_copy,"
			" code_hash = excluded.code_hash,"
			" expires_at = excluded.expires_at, attempts = 0"},
	[PENDING_KEEP_COPY] =
		{.sql = "UPDATE pending_forward SET keep_copy = $2"
			" WHERE account_id = $1"},
	[PENDING_TRY] =
		{.sql = "UPDATE pending_forward SET attempts = attempts + 1"
			" WHERE account_id = $1 AND attempts < $2"},
	[PENDING_CONFIRM] =
		{.sql = "UPDATE accounts SET forward_address = waits.address,"
			" forward_keep_copy = waits.keep_copy"
			" FROM pending_forward AS waits"
			" WHERE waits.account_id = accounts.id AND "
			"waits.code_hash = "
			"$2"
			" AND accounts.id = $1 AND accounts.deleted_at = 0"},
	[PENDING_CLEAR] =
		{.sql = "DELETE FROM pending_forward WHERE account_id = $1"},
};

const struct database_statement credentials_statements[CREDENTIALS_STATEMENTS] =
	{
		[CREDENTIALS_OF] =
			{.sql = "SELECT {columns} FROM credentials"
				" WHERE account_id = $1 ORDER BY kind, label",
			 .columns = &credential_columns},
		[CREDENTIALS_OTHERS] =
			{.sql = "SELECT count(*) FROM credentials "
				"WHERE account_id = $1"
				" AND (kind, label) <> ($2, $3)"},
		[CREDENTIALS_OTHERS_OF_KIND] =
			{.sql = "SELECT count(*) FROM credentials WHERE "
				"account_id = "
				"$1"
				" AND kind = $2 AND label <> $3"},
		[CREDENTIAL_FIND] = {.sql = "SELECT 1 FROM credentials WHERE "
					    "account_id = $1"
					    " AND kind = $2 AND label = $3"},
		/* Another password has not been used yet. */
		[CREDENTIAL_SET] =
			{.sql = "INSERT INTO credentials (account_id, kind, "
				"label,"
				" hash, set_at, expires_at)"
				" VALUES ($1, $2, $3, $4, $5, $6)"
				" ON CONFLICT (account_id, kind, label)"
				" DO UPDATE SET hash = excluded.hash,"
				" set_at = excluded.set_at, last_used_at = 0,"
				" expires_at = excluded.expires_at"},
		[CREDENTIAL_USED] =
			{.sql = "UPDATE credentials SET last_used_at = $4"
				" WHERE account_id = $1 AND kind = $2"
				" AND label = $3 AND (last_used_at <= $5"
				"  OR last_used_at > $4)"},
		[CREDENTIAL_REHASH] =
			{.sql = "UPDATE credentials SET hash = $5"
				" WHERE account_id = $1 AND kind = $2"
				" AND label = $3 AND hash = $4"},
		[CREDENTIAL_CLEAR] =
			{.sql = "DELETE FROM credentials WHERE account_id = $1"
				" AND kind = $2 AND label = $3"},
		[CREDENTIALS_DELETE] = {.sql = "DELETE FROM credentials"
					       " WHERE account_id = $1"},
		[CREDENTIALS_OWNERS] =
			{.sql = "SELECT DISTINCT {columns} FROM credentials"
				" WHERE account_id > $1"
				" ORDER BY account_id LIMIT $2",
			 .columns = &owner_columns},
		[ATTEMPTS_OF] = {.sql = "SELECT {columns} FROM attempts"
					" WHERE account_id = $1 AND what = $2",
				 .columns = &attempts_columns},
		[ATTEMPTS_SET] =
			{.sql = "INSERT INTO attempts (account_id, what, since,"
				" count) VALUES ($1, $2, $3, $4)"
				" ON CONFLICT (account_id, what) DO UPDATE SET"
				" since = excluded.since, count = "
				"excluded.count"},
		[ATTEMPTS_GIVE_BACK] =
			{.sql = "UPDATE attempts SET count = count - 1"
				" WHERE account_id = $1 AND what = $2"
				" AND count > 0"},
		[ATTEMPTS_CLEAR] =
			{.sql = "DELETE FROM attempts"
				" WHERE account_id = $1 AND what = $2"},
		[ATTEMPTS_DELETE] =
			{.sql = "DELETE FROM attempts WHERE account_id = $1"},
};
