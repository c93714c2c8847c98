/* SPDX-License-Identifier: MIT
 *
 * All statements of the accounts' database; see lib/store/sqlite.h.
 */
#include "lib/account/audit.h"
#include "lib/store/sqlite.h"

/* In the order in which lib/store/sqlite-accounts.c takes them. */
#define COLUMNS                                                                \
	"id, name, class, enabled, created_at, directory, directory_id,"       \
	" own_quota, forward_address, forward_keep_copy, usage_bytes,"         \
	" usage_messages, trash_oldest, trash_generation, denied_at,"          \
	" other_directory, other_directory_id, last_tier, backend,"            \
	" sending_blocked_at, sending_block_reason, own_retention,"            \
	" usage_counted_at, warned, warning_due, warning_token,"               \
	" deleted_at, keep_mail, usage_saved_at, usage_uid_validity,"          \
	" usage_uid_next"

#define AUDIT_COLUMNS                                                          \
	"number, at, account_id, account_name, actor, origin, action, detail"

static const char *const statements[ACCOUNTS_STATEMENTS] = {
	[ACCOUNT_BY_NAME] = "SELECT " COLUMNS " FROM accounts"
			    " WHERE name = ?1 AND deleted_at = 0",
	[ACCOUNT_BY_ID] = "SELECT " COLUMNS " FROM accounts"
			  " WHERE id = ?1 AND deleted_at = 0",
	[ACCOUNT_EVEN_DELETED] =
		"SELECT " COLUMNS " FROM accounts WHERE id = ?1",
	[ACCOUNT_NAME_FIND] = "SELECT deleted_at FROM accounts WHERE name = ?1",
	/* One of the two at most, since no name is of both kinds. */
	[ACCOUNT_BY_LOCAL_PART] =
		"SELECT " COLUMNS " FROM accounts"
		" WHERE name = ?1 AND deleted_at = 0"
		" UNION ALL SELECT " COLUMNS " FROM accounts WHERE id ="
		"  (SELECT account_id FROM aliases WHERE name = ?1)"
		" AND deleted_at = 0",
	[ACCOUNTS_AFTER] = "SELECT " COLUMNS " FROM accounts"
			   " WHERE name > ?1 AND deleted_at = 0"
			   " ORDER BY name LIMIT ?2",
	[ACCOUNT_INSERT] =
		"INSERT INTO accounts (id, name, class, enabled, created_at,"
		" directory, directory_id, own_quota, forward_keep_copy)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1)"
		" ON CONFLICT (name) DO NOTHING",
	[ACCOUNT_IMPORT] =
		"INSERT INTO accounts (id, name, class, enabled, created_at,"
		" directory, directory_id, denied_at, own_quota, own_retention,"
		" forward_address, forward_keep_copy, backend,"
		" sending_blocked_at, sending_block_reason)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
		" ?13, ?14, ?15) ON CONFLICT (name) DO NOTHING",
	[ACCOUNT_SET_ENABLED] = "UPDATE accounts SET enabled = ?2 WHERE id = "
				"?1 AND deleted_at = 0",
	[ACCOUNT_SET_CLASS] = "UPDATE accounts SET class = ?2 WHERE id = ?1 "
			      "AND deleted_at = 0",
	[ACCOUNT_PIN] =
		"UPDATE accounts SET directory = ?2, directory_id = ?3,"
		" denied_at = 0, other_directory = '',"
		" other_directory_id = '' WHERE id = ?1 AND deleted_at = 0",
	[ACCOUNT_SET_DENIED] = "UPDATE accounts SET denied_at = ?2 WHERE id = "
			       "?1 AND deleted_at = 0",
	[ACCOUNT_SET_OTHER] =
		"UPDATE accounts SET other_directory = ?2,"
		" other_directory_id = ?3 WHERE id = ?1 AND deleted_at = 0",
	[ACCOUNT_SET_LAST_TIER] = "UPDATE accounts SET last_tier = ?2 WHERE id "
				  "= ?1 AND deleted_at = 0",
	[ACCOUNT_SET_BACKEND] = "UPDATE accounts SET backend = ?2 WHERE id = "
				"?1 AND deleted_at = 0",
	[ACCOUNT_SET_QUOTA] = "UPDATE accounts SET own_quota = ?2 WHERE id = "
			      "?1 AND deleted_at = 0",
	[ACCOUNT_SET_RETENTION] = "UPDATE accounts SET own_retention = ?2 "
				  "WHERE id = ?1 AND deleted_at = 0",
	[ACCOUNT_SET_FORWARD] =
		"UPDATE accounts SET forward_address = ?2,"
		" forward_keep_copy = ?3 WHERE id = ?1 AND deleted_at = 0",
	[ACCOUNT_DELETE] = "DELETE FROM accounts WHERE id = ?1",
	[ACCOUNT_RETIRE] = "UPDATE accounts SET deleted_at = ?2, keep_mail = ?3"
			   " WHERE id = ?1 AND deleted_at = 0",
	[ACCOUNT_UNDELETE] = "UPDATE accounts SET deleted_at = 0, keep_mail = 0"
			     " WHERE id = ?1 AND deleted_at > 0",
	[DELETED_BY_NAME] = "SELECT " COLUMNS " FROM accounts"
			    " WHERE name = ?1 AND deleted_at > 0",
	[DELETED_UNTIL] = "SELECT " COLUMNS " FROM accounts"
			  " WHERE deleted_at > 0 AND deleted_at <= ?1"
			  " AND (deleted_at, id) > (?2, ?3)"
			  " ORDER BY deleted_at, id LIMIT ?4",
	[ACCOUNT_RENAME] = "UPDATE accounts SET name = ?2"
			   " WHERE id = ?1 AND deleted_at = 0",
	[QUARANTINE_NAME] =
		"INSERT OR REPLACE INTO quarantine (name, until, account_id)"
		" VALUES (?1, ?2, ?3)",
	[QUARANTINE_FIND] = "SELECT 1 FROM quarantine WHERE name = ?1"
			    " AND until > ?2 AND account_id <> ?3",
	[QUARANTINE_INSERT] =
		"INSERT OR REPLACE INTO quarantine (name, until, account_id)"
		" SELECT name, ?2, '' FROM accounts WHERE id = ?1",
	[QUARANTINE_DELETE] = "DELETE FROM quarantine WHERE name = ?1",
	/* A count of an earlier time leaves all as it is. */
	[USAGE_SET] = "UPDATE accounts SET"
		      " usage_bytes = iif(?2 < 0, usage_bytes, ?2),"
		      " usage_messages = iif(?3 < 0, usage_messages, ?3),"
		      " usage_counted_at = iif(?4 = 0, usage_counted_at, ?4),"
		      " usage_uid_validity = ?6, usage_uid_next = ?7"
		      " WHERE id = ?1 AND (?4 = 0"
		      "  OR (usage_counted_at <= ?4 AND usage_saved_at <= ?4)"
		      "  OR max(usage_counted_at, usage_saved_at) > ?5)",
	[USAGE_FORGET_INBOX] =
		"UPDATE accounts SET usage_uid_next = 0 WHERE id = ?1",
	/* Only to what goes up to the message before the first of these. */
	[USAGE_ADD] = "UPDATE accounts SET usage_bytes = usage_bytes + ?2,"
		      " usage_messages = usage_messages + ?3,"
		      " usage_uid_next = ?5 + ?3, usage_saved_at ="
		      "  max(?6, iif(usage_saved_at > ?7, 0, usage_saved_at))"
		      " WHERE name = ?1 AND deleted_at = 0"
		      " AND usage_uid_validity = ?4 AND usage_uid_next = ?5"
		      " RETURNING " COLUMNS,
	[WARNING_SET] = "UPDATE accounts SET warned = ?3, warning_due = ?4"
			" WHERE id = ?1 AND warned = ?2",
	[WARNINGS_DUE] = "SELECT " COLUMNS " FROM accounts"
			 " WHERE warning_due > 0 AND id > ?1 AND deleted_at = 0"
			 " ORDER BY id LIMIT ?2",
	[WARNING_TAKE] = "UPDATE accounts SET warning_due = 0,"
			 " warning_token = ?3 WHERE id = ?1"
			 " AND warning_due > 0 AND warning_due = ?2",
	[WARNING_DELIVERED] = "UPDATE accounts SET warning_token = ''"
			      " WHERE id = ?1 AND warning_token = ?2",
	[TRASH_SAVED] = "UPDATE accounts SET"
			" trash_oldest = iif(trash_oldest = 0, ?2,"
			"  min(trash_oldest, ?2)),"
			" trash_generation = trash_generation + 1"
			" WHERE id = ?1",
	[TRASH_EXPIRED] = "UPDATE accounts SET trash_oldest = ?3"
			  " WHERE id = ?1 AND trash_generation = ?2",
	/* The conditions are those of the two indexes, so that accounts with
	   nothing due are never looked at. */
	[TRASH_OLDER_THAN] =
		"SELECT " COLUMNS " FROM accounts"
		" WHERE trash_oldest > 0 AND own_retention IS NULL"
		" AND deleted_at = 0"
		" AND trash_oldest <= ?1 AND (trash_oldest, id) > (?2, ?3)"
		" UNION ALL SELECT " COLUMNS " FROM accounts"
		" WHERE trash_oldest > 0 AND own_retention > 0"
		" AND deleted_at = 0"
		" AND trash_oldest <= ?5 - own_retention"
		" AND (trash_oldest, id) > (?2, ?3)"
		" ORDER BY trash_oldest, id LIMIT ?4",
	[ALIAS_FIND] = "SELECT 1 FROM aliases WHERE name = ?1",
	[ALIAS_COUNT] = "SELECT count(*) FROM aliases WHERE account_id = ?1",
	[ALIAS_INSERT] = "INSERT INTO aliases (name, account_id, created_at)"
			 " SELECT ?2, id, ?3 FROM accounts"
			 " WHERE id = ?1 AND deleted_at = 0",
	[ALIAS_DELETE] =
		"DELETE FROM aliases WHERE account_id = ?1 AND name = ?2",
	[ALIASES_OF] = "SELECT name, created_at FROM aliases"
		       " WHERE account_id = ?1 ORDER BY name LIMIT ?2",
	/* ?3 NULL = all of them; ?4 is who may have it again. */
	[ALIASES_QUARANTINE] =
		"INSERT OR REPLACE INTO quarantine (name, until, account_id)"
		" SELECT name, ?2, ?4 FROM aliases"
		" WHERE account_id = ?1 AND (?3 IS NULL OR name = ?3)",
	[ALIASES_DELETE] = "DELETE FROM aliases WHERE account_id = ?1",
	[ACTIVITY_OF] = "SELECT forward_day, forwarded, send_hour,"
			" sent_in_hour, send_day, sent_in_day FROM activity"
			" WHERE account_id = ?1",
	/* As activity_add(): a count of another window begins anew. */
	[ACTIVITY_ADD] =
		"INSERT INTO activity SELECT id, ?2, ?3, ?4, ?5, ?6, ?7"
		" FROM accounts WHERE id = ?1"
		" ON CONFLICT (account_id) DO UPDATE SET"
		" forwarded = iif(?3 = 0, forwarded,"
		"  ?3 + iif(forward_day = ?2, forwarded, 0)),"
		" forward_day = iif(?3 = 0, forward_day, ?2),"
		" sent_in_hour = iif(?5 = 0, sent_in_hour,"
		"  ?5 + iif(send_hour = ?4, sent_in_hour, 0)),"
		" send_hour = iif(?5 = 0, send_hour, ?4),"
		" sent_in_day = iif(?7 = 0, sent_in_day,"
		"  ?7 + iif(send_day = ?6, sent_in_day, 0)),"
		" send_day = iif(?7 = 0, send_day, ?6)",
	[ACTIVITY_CLEAR_SENT] = "UPDATE activity SET sent_in_hour = 0,"
				" sent_in_day = 0 WHERE account_id = ?1",
	[ACTIVITY_DELETE] = "DELETE FROM activity WHERE account_id = ?1",
	[SENDING_BLOCK] =
		"UPDATE accounts SET sending_blocked_at = ?2,"
		" sending_block_reason = ?3"
		" WHERE id = ?1 AND deleted_at = 0 AND sending_blocked_at = 0",
	[SENDING_UNBLOCK] =
		"UPDATE accounts SET sending_blocked_at = 0,"
		" sending_block_reason = '' WHERE id = ?1 AND deleted_at = 0",
	[AUDIT_INSERT] =
		"INSERT INTO audit (at, account_id, account_name, actor,"
		" origin, action, detail) VALUES (?1, ?2,"
		" ifnull((SELECT name FROM accounts WHERE id = ?2), ''),"
		" ?3, ?4, ?5, ?6)",
	[AUDIT_ALL] = "SELECT " AUDIT_COLUMNS " FROM audit"
		      " WHERE number < ?1 AND at >= ?2"
		      " ORDER BY number DESC LIMIT ?3",
	[AUDIT_OF_ID] = "SELECT " AUDIT_COLUMNS " FROM audit"
			" WHERE number < ?1 AND at >= ?2 AND account_id = ?4"
			" ORDER BY number DESC LIMIT ?3",
	[AUDIT_OF_NAME] = "SELECT " AUDIT_COLUMNS " FROM audit"
			  " WHERE number < ?1 AND at >= ?2 AND account_id IN"
			  " (SELECT account_id FROM audit"
			  "  WHERE account_name = ?4"
			  "  UNION SELECT id FROM accounts WHERE name = ?4)"
			  " ORDER BY number DESC LIMIT ?3",
	[AUDIT_PRUNE] = "DELETE FROM audit WHERE number IN"
			" (SELECT number FROM audit WHERE at < ?1 LIMIT ?2)",
	[AUDIT_PASSWORDS_CHANGED] =
		"SELECT ifnull(max(at), 0) FROM audit WHERE account_id = ?1"
		" AND action IN ('" AUDIT_PASSWORD_SET
		"', '" AUDIT_PASSWORD_CLEAR "', '" AUDIT_APP_PASSWORD_REVOKE
		"')",
	[PENDING_OF] = "SELECT address, keep_copy, code_hash, expires_at,"
		       " attempts FROM pending_forward"
		       " WHERE account_id = ?1 AND expires_at > ?2",
	[PENDING_SET] =
		"INSERT OR REPLACE INTO pending_forward (account_id, address,"
		" keep_copy, code_hash, expires_at, attempts)"
		" SELECT id, ?2, ?3, ?4, ?5, 0 FROM accounts"
		" WHERE id = ?1 AND deleted_at = 0",
	[PENDING_KEEP_COPY] = "UPDATE pending_forward SET keep_copy = ?2"
			      " WHERE account_id = ?1",
	[PENDING_TRY] = "UPDATE pending_forward SET attempts = attempts + 1"
			" WHERE account_id = ?1 AND attempts < ?2",
	[PENDING_CONFIRM] =
		"UPDATE accounts SET forward_address = waits.address,"
		" forward_keep_copy = waits.keep_copy"
		" FROM pending_forward AS waits"
		" WHERE waits.account_id = accounts.id AND waits.code_hash = ?2"
		" AND accounts.id = ?1 AND accounts.deleted_at = 0",
	[PENDING_CLEAR] = "DELETE FROM pending_forward WHERE account_id = ?1",
};

int sqlite_accounts_prepare(struct store_sqlite *store, struct error *error)
{
	return database_prepare(&store->accounts, statements,
				ACCOUNTS_STATEMENTS, error);
}
