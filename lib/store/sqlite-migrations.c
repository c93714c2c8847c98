/* SPDX-License-Identifier: MIT
 *
 * Schemas and migrations; see lib/store/sqlite-migrations.h.
 */
#include "lib/store/sqlite-migrations.h"

#include <inttypes.h>
#include <stdio.h>

#define STEPS(list)  .steps = (list), .count = sizeof(list) / sizeof(*(list))
#define PRAGMA_BYTES 64

/* Names stand apart from ids, so that a name can pass from one account to
   another. */
static const char *const accounts_steps[] = {
	"CREATE TABLE accounts ("
	" id TEXT PRIMARY KEY,"
	" name TEXT NOT NULL UNIQUE,"
	" class TEXT NOT NULL,"
	" enabled INTEGER NOT NULL,"
	" created_at INTEGER NOT NULL,"
	" directory TEXT NOT NULL,"
	" directory_id TEXT NOT NULL,"
	" denied_at INTEGER NOT NULL DEFAULT 0,"
	" other_directory TEXT NOT NULL DEFAULT '',"
	" other_directory_id TEXT NOT NULL DEFAULT '',"
	" last_tier TEXT NOT NULL DEFAULT '',"
	" backend TEXT NOT NULL DEFAULT '',"
	" own_quota INTEGER,"     /* NULL = the class's */
	" own_retention INTEGER," /* so too */
	" forward_address TEXT NOT NULL DEFAULT '',"
	" forward_keep_copy INTEGER NOT NULL DEFAULT 0,"
	" usage_bytes INTEGER NOT NULL DEFAULT 0,"
	" usage_messages INTEGER NOT NULL DEFAULT 0,"
	" usage_counted_at INTEGER NOT NULL DEFAULT 0,"
	" warned INTEGER NOT NULL DEFAULT 0,"
	" warning_due INTEGER NOT NULL DEFAULT 0,"
	" warning_token TEXT NOT NULL DEFAULT '',"
	" trash_oldest INTEGER NOT NULL DEFAULT 0,"
	" trash_generation INTEGER NOT NULL DEFAULT 0,"
	" sending_blocked_at INTEGER NOT NULL DEFAULT 0,"
	" sending_block_reason TEXT NOT NULL DEFAULT ''"
	") STRICT, WITHOUT ROWID;"
	/* What the expiry looks for; empty Trash folders are not in it. */
	"CREATE INDEX accounts_by_trash ON accounts (trash_oldest, id)"
	" WHERE trash_oldest > 0 AND own_retention IS NULL;"
	"CREATE INDEX accounts_by_own_trash"
	" ON accounts (trash_oldest, id, own_retention)"
	" WHERE trash_oldest > 0 AND own_retention > 0;"
	"CREATE INDEX accounts_by_warning ON accounts (id)"
	" WHERE warning_due > 0;"
	/* Further names under which an account gets mail. No name is both an
	   account's and an alias. */
	"CREATE TABLE aliases ("
	" name TEXT PRIMARY KEY,"
	" account_id TEXT NOT NULL,"
	" created_at INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX aliases_by_account ON aliases (account_id, name);"
	/* Names of deleted accounts, and aliases, that are not given out again
	   yet, except an alias to the account that had it. */
	"CREATE TABLE quarantine ("
	" name TEXT PRIMARY KEY,"
	" until INTEGER NOT NULL,"
	" account_id TEXT NOT NULL"
	") STRICT, WITHOUT ROWID;"
	/* What an account forwarded and sent, by windows of the clock. Apart
	   from accounts, since it changes with every message. */
	"CREATE TABLE activity ("
	" account_id TEXT PRIMARY KEY,"
	" forward_day INTEGER NOT NULL,"
	" forwarded INTEGER NOT NULL,"
	" send_hour INTEGER NOT NULL,"
	" sent_in_hour INTEGER NOT NULL,"
	" send_day INTEGER NOT NULL,"
	" sent_in_day INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;",

	"ALTER TABLE accounts"
	" ADD COLUMN deleted_at INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE accounts"
	" ADD COLUMN keep_mail INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX accounts_by_deletion ON accounts (deleted_at, id)"
	" WHERE deleted_at > 0;"
	/* Who changed what. It hangs on the id, and outlives the account. */
	"CREATE TABLE audit ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" at INTEGER NOT NULL,"
	" account_id TEXT NOT NULL,"
	" account_name TEXT NOT NULL,"
	" actor TEXT NOT NULL,"
	" origin TEXT NOT NULL,"
	" action TEXT NOT NULL,"
	" detail TEXT NOT NULL"
	") STRICT;"
	"CREATE INDEX audit_by_account ON audit (account_id, number);"
	"CREATE INDEX audit_by_name ON audit (account_name, account_id);"
	"CREATE INDEX audit_by_time ON audit (at);"
	/* Forwarding that waits for its code. */
	"CREATE TABLE pending_forward ("
	" account_id TEXT PRIMARY KEY,"
	" address TEXT NOT NULL,"
	" keep_copy INTEGER NOT NULL,"
	" code_hash TEXT NOT NULL,"
	" expires_at INTEGER NOT NULL,"
	" attempts INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;",

	/* Whether a copy is kept now also holds for an address to come. */
	"UPDATE accounts SET forward_keep_copy = 1 WHERE forward_address = '';",

	/* With rowids: without, whole accounts stand in the inner pages too, so
	   that a million of them make a tree of five levels whose inner pages
	   fit into no cache. Now a name is found in six pages, of which all but
	   two stay in memory. */
	"CREATE TABLE new_accounts ("
	" id TEXT NOT NULL PRIMARY KEY,"
	" name TEXT NOT NULL UNIQUE,"
	" class TEXT NOT NULL,"
	" enabled INTEGER NOT NULL,"
	" created_at INTEGER NOT NULL,"
	" directory TEXT NOT NULL,"
	" directory_id TEXT NOT NULL,"
	" denied_at INTEGER NOT NULL DEFAULT 0,"
	" other_directory TEXT NOT NULL DEFAULT '',"
	" other_directory_id TEXT NOT NULL DEFAULT '',"
	" last_tier TEXT NOT NULL DEFAULT '',"
	" backend TEXT NOT NULL DEFAULT '',"
	" own_quota INTEGER,"     /* NULL = the class's */
	" own_retention INTEGER," /* so too */
	" forward_address TEXT NOT NULL DEFAULT '',"
	" forward_keep_copy INTEGER NOT NULL DEFAULT 0,"
	" usage_bytes INTEGER NOT NULL DEFAULT 0,"
	" usage_messages INTEGER NOT NULL DEFAULT 0,"
	" usage_counted_at INTEGER NOT NULL DEFAULT 0,"
	" warned INTEGER NOT NULL DEFAULT 0,"
	" warning_due INTEGER NOT NULL DEFAULT 0,"
	" warning_token TEXT NOT NULL DEFAULT '',"
	" trash_oldest INTEGER NOT NULL DEFAULT 0,"
	" trash_generation INTEGER NOT NULL DEFAULT 0,"
	" sending_blocked_at INTEGER NOT NULL DEFAULT 0,"
	" sending_block_reason TEXT NOT NULL DEFAULT '',"
	" deleted_at INTEGER NOT NULL DEFAULT 0,"
	" keep_mail INTEGER NOT NULL DEFAULT 0"
	") STRICT;"
	/* The columns are those of the old table, in their order. */
	"INSERT INTO new_accounts SELECT * FROM accounts ORDER BY name;"
	"DROP TABLE accounts;"
	"ALTER TABLE new_accounts RENAME TO accounts;"
	"CREATE INDEX accounts_by_trash ON accounts (trash_oldest, id)"
	" WHERE trash_oldest > 0 AND own_retention IS NULL;"
	"CREATE INDEX accounts_by_own_trash"
	" ON accounts (trash_oldest, id, own_retention)"
	" WHERE trash_oldest > 0 AND own_retention > 0;"
	"CREATE INDEX accounts_by_warning ON accounts (id)"
	" WHERE warning_due > 0;"
	"CREATE INDEX accounts_by_deletion ON accounts (deleted_at, id)"
	" WHERE deleted_at > 0;",

	/* What was saved is added to the usage that is known. */
	"ALTER TABLE accounts"
	" ADD COLUMN usage_saved_at INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE accounts"
	" ADD COLUMN usage_uid_validity INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE accounts"
	" ADD COLUMN usage_uid_next INTEGER NOT NULL DEFAULT 0;",
};

static const char *const credentials_steps[] = {
	"CREATE TABLE credentials ("
	" account_id TEXT NOT NULL,"
	" kind TEXT NOT NULL,"
	" label TEXT NOT NULL,"
	" hash TEXT NOT NULL,"
	" set_at INTEGER NOT NULL,"
	" PRIMARY KEY (account_id, kind, label)"
	") STRICT, WITHOUT ROWID;",

	"ALTER TABLE credentials"
	" ADD COLUMN last_used_at INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE credentials"
	" ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 0;"
	/* What may be done only so often, from the time at which its window
	   began. */
	"CREATE TABLE attempts ("
	" account_id TEXT NOT NULL,"
	" what TEXT NOT NULL,"
	" since INTEGER NOT NULL,"
	" count INTEGER NOT NULL,"
	" PRIMARY KEY (account_id, what)"
	") STRICT, WITHOUT ROWID;",
};

const struct migrations accounts_migrations = {
	.application_id = 0x414c4d41, /* "ALMA" */
	STEPS(accounts_steps),
};

const struct migrations credentials_migrations = {
	.application_id = 0x414c4d43, /* "ALMC" */
	STEPS(credentials_steps),
};

/* Returns the version, or -1 with an error if the file is not ours or newer
   than this program. */
static int64_t read_version(struct database *database,
			    const struct migrations *migrations,
			    struct error *error)
{
	int64_t id;
	int64_t version;
	int64_t objects;

	if (database_number(database, "PRAGMA application_id", &id, error) <
		    0 ||
	    database_number(database, "PRAGMA user_version", &version, error) <
		    0 ||
	    database_number(database, "SELECT count(*) FROM sqlite_schema",
			    &objects, error) < 0)
		return -1;
	/* An empty file has no id yet. */
	if (id != migrations->application_id &&
	    (id != 0 || version != 0 || objects != 0))
		return error_set(error,
				 "%s belongs to another program or another "
				 "part of the store: put the right file there",
				 database_name(database));
	if (version > migrations->count)
		return error_set(error,
				 "%s is of version %" PRId64 ", but this "
				 "program only knows version %" PRId64
				 ": upgrade this program",
				 database_name(database), version,
				 migrations->count);
	return version;
}

int migrations_check(struct database *database,
		     const struct migrations *migrations, struct error *error)
{
	int64_t version = read_version(database, migrations, error);

	if (version < 0)
		return -1;
	if (version < migrations->count)
		return error_set(error,
				 "%s is of version %" PRId64 ", but this "
				 "program needs version %" PRId64
				 ": upgrade it with `alumnictl store init`",
				 database_name(database), version,
				 migrations->count);
	return 0;
}

/* The next step of a database. */
struct step {
	struct database *database;
	const struct migrations *migrations;
};

/* Returns 1 done, 0 nothing was left to do, or -1. */
static int run_step(void *context, struct error *error)
{
	const struct step *step = context;
	const struct migrations *migrations = step->migrations;
	/* Read under the write lock: another may have done the step. */
	int64_t version = read_version(step->database, migrations, error);
	char pragmas[2 * PRAGMA_BYTES];

	if (version < 0)
		return -1;
	if (version == migrations->count)
		return 0;
	(void)snprintf(pragmas, sizeof(pragmas),
		       "PRAGMA application_id = %" PRId64
		       "; PRAGMA user_version = %" PRId64,
		       migrations->application_id, version + 1);
	if (database_execute(step->database, migrations->steps[version],
			     error) < 0 ||
	    database_execute(step->database, pragmas, error) < 0)
		return -1;
	return 1;
}

int migrations_run(struct database *database,
		   const struct migrations *migrations, struct error *error)
{
	struct step step = {database, migrations};
	int done = 0;
	int result;

	while ((result = database_transaction(database, run_step, &step, 1,
					      error)) > 0)
		done++;
	return result < 0 ? -1 : done;
}
