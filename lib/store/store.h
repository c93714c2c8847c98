/* SPDX-License-Identifier: MIT
 *
 * The account store: accounts, their forwarding, usage and Trash news, and
 * apart from those the credentials. A store is one handle for one thread at a
 * time; open several for several threads.
 *
 * Look-ups return 1 found, 0 absent, -1 failed with an error. Absent and
 * failed are never one value: a caller may refuse absent for good, and must
 * defer failed. Changes return 0 done, or as said below, and -1 failed. Every
 * call may block for disk access and, at most DATABASE_BUSY_TIMEOUT_MSECS, for
 * another writer.
 */
#ifndef ALUMNI_STORE_STORE_H
#define ALUMNI_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/account/account.h"
#include "lib/account/activity.h"
#include "lib/base/error.h"
#include "lib/password/hash.h"

struct store;

enum store_access {
	/* Accounts only: the milter, which must never see a hash. */
	STORE_ACCOUNTS,
	/* Accounts and credentials: auth, dict, alumnictl. */
	STORE_ACCOUNTS_AND_CREDENTIALS,
};

/* Opens the store at a location "sqlite:FOLDER". The store must exist and be
   of this program's version; nothing is created.
   Returns 0, or -1 with an error that says how to mend it. */
int store_open(const char *location, enum store_access access,
	       struct store **store_r, struct error *error);
void store_close(struct store **store);

/* Creates the store, or brings an older one to this version by the numbered
   migrations, each in one transaction. As root, this function also sets owners,
   groups and modes to those of lib/store/sqlite-layout.h. It skips groups that
   the machine does not have, see store_layout_check(). Returns the number of
   migrations done (0 = the store was up to date), or -1. */
int store_create(const char *location, struct error *error);

/* Checks that the folders and files of the store have the groups and modes that
   let each part of the system reach its own and nothing more. Returns 0, or -1
   with an error that names the first wrong one and says how to mend it. */
int store_layout_check(const char *location, struct error *error);

/* ---- accounts ---- */

/* name is an account name as account_name_normalise() makes them. */
int store_account_by_name(struct store *store, const char *name,
			  struct account *account_r, struct error *error);
int store_account_by_id(struct store *store, const char *id,
			struct account *account_r, struct error *error);

/* The account that gets mail for this local part of an address: the account of
   that name, or the one that has the name as an alias. The local part is in
   lower case and has no detail. Logins do not use this function, since only an
   account's own name opens it. */
int store_account_by_local_part(struct store *store, const char *name,
				struct account *account_r, struct error *error);

enum store_add_result {
	STORE_ADD_FAILED = -1,
	STORE_ADDED = 0,
	/* The name is an account's, or an alias. */
	STORE_NAME_TAKEN,
	/* The name belonged to a deleted account, purged or not, or was an
	   alias, and is not given out again yet. */
	STORE_NAME_QUARANTINED,
};

/* Adds an account with the name, class, enabled, pin and own quota of
   *account, and fills in the rest of *account: a new id, created_at = now. Of
   two concurrent additions of a name, one gets STORE_NAME_TAKEN. */
enum store_add_result store_account_add(struct store *store,
					struct account *account, int64_t now,
					struct error *error);

/* Reads up to max accounts whose names sort after `after` ("" = from the
   beginning), in the order of their names, byte by byte. *count_r < max means
   that there are no more. Returns 0 or -1. */
int store_accounts_after(struct store *store, const char *after,
			 struct account *accounts_r, size_t max,
			 size_t *count_r, struct error *error);

/* These return 1 done, 0 no such account, -1 failed. */
int store_account_set_enabled(struct store *store, const char *id, bool enabled,
			      struct error *error);
int store_account_set_class(struct store *store, const char *id,
			    const char *class_name, struct error *error);
/* Empty strings unpin. The store forgets what the former directory said of the
   account (denied, another entry). */
int store_account_pin(struct store *store, const char *id,
		      const char *directory, const char *directory_id,
		      struct error *error);
/* denied_at: Unix seconds; 0 = the directory denies the account no longer. */
int store_account_set_denied(struct store *store, const char *id,
			     int64_t denied_at, struct error *error);
/* Empty strings = no other entry has the account's name any more. */
int store_account_set_other(struct store *store, const char *id,
			    const char *directory, const char *directory_id,
			    struct error *error);
int store_account_set_last_tier(struct store *store, const char *id,
				const char *tier, struct error *error);
/* host "" = no backend. */
int store_account_set_backend(struct store *store, const char *id,
			      const char *host, struct error *error);
/* bytes NULL = the quota of the class holds again. */
int store_account_set_quota(struct store *store, const char *id,
			    const int64_t *bytes, struct error *error);
/* Retention of Trash; seconds NULL = that of the class holds again. */
int store_account_set_retention(struct store *store, const char *id,
				const int64_t *seconds, struct error *error);
/* address "" = no forwarding. */
int store_account_set_forward(struct store *store, const char *id,
			      const char *address, bool keep_copy,
			      struct error *error);
/* Deletes the account for good, with all that hangs on it, credentials first.
   Its name and its aliases stay in quarantine until that time (Unix seconds).
   The account may be one that is deleted already, see lib/store/deleted.h. The
   mail folder stays. Needs STORE_ACCOUNTS_AND_CREDENTIALS. */
int store_account_delete(struct store *store, const char *id,
			 int64_t quarantine_until, struct error *error);

/* ---- aliases ---- */

#define ALIASES_MAX 32 /* per account */

struct alias {
	char name[ADDRESS_LOCAL_BYTES];
	int64_t created_at; /* Unix seconds */
};

/* Gives the account a further name, in the form that account_name_normalise()
   makes. It is a failure when the account is gone or has ALIASES_MAX already.
   An account may have an alias of its own back that is in quarantine. */
enum store_add_result store_alias_add(struct store *store,
				      const char *account_id, const char *name,
				      int64_t now, struct error *error);

/* Removes the alias and keeps its name in quarantine until that time (Unix
   seconds); 0 = anybody may have the name at once. Returns 1 done, 0 the
   account has no such alias, -1 failed. */
int store_alias_remove(struct store *store, const char *account_id,
		       const char *name, int64_t quarantine_until,
		       struct error *error);

/* Reads an account's aliases in the order of their names. Returns 0 or -1. */
int store_aliases(struct store *store, const char *account_id,
		  struct alias aliases_r[ALIASES_MAX], size_t *count_r,
		  struct error *error);

/* ---- forwarding and sending: counts, and the block ---- */

struct account_activity {
	char account_id[ACCOUNT_ID_BYTES];
	struct activity activity;
};

/* Reads the counts. Returns 1 found, 0 nothing was counted yet (all are zero),
   -1 failed. */
int store_activity(struct store *store, const char *account_id,
		   struct activity *activity_r, struct error *error);

/* Adds to the counts of many accounts in one transaction, and skips accounts
   that are gone. Returns 0, or -1 and then nothing was added. */
int store_activity_add(struct store *store, const struct account_activity *more,
		       size_t count, struct error *error);

/* Blocks sending over submission until store_sending_unblock(). `at` is Unix
   seconds; the reason is for people. Returns 1 done, 0 sending was blocked
   already (which stays as it was) or there is no such account, -1 failed. */
int store_sending_block(struct store *store, const char *account_id, int64_t at,
			const char *reason, struct error *error);

/* Lets the account send again, and sets the counts of sent mail to 0, since the
   next message would otherwise block the account again. Returns 1 done, 0 no
   such account, -1 failed. */
int store_sending_unblock(struct store *store, const char *account_id,
			  struct error *error);

/* ---- what mail processes publish ---- */

/* The usage of an account, as a mail process counted it. */
struct usage_count {
	/* A value below 0 leaves the stored one as it is. */
	int64_t bytes;
	int64_t messages;
	/* When the count began, by a clock of the publisher that only goes
	   forward; 0 = the count holds in any case. */
	int64_t counted_at;
	/* The state of INBOX that was counted: its UIDVALIDITY and its
	   UIDNEXT; 0 = unknown. */
	int64_t uid_validity;
	int64_t uid_next;
};

/* Messages saved into INBOX, with UIDs in a row. */
struct usage_saved {
	int64_t bytes;
	int64_t messages;
	int64_t uid_validity;
	int64_t first_uid;
	/* A time after they were saved, by the clock of counted_at. */
	int64_t saved_at;
};

/* The publisher must count anew, and publish that. */
#define STORE_USAGE_AGAIN 2

/* Stores a count. It ignores a count that began before the stored one, since of
   two sessions the later count may be published first. A count that began
   before something was added may contain that or not: the result is
   STORE_USAGE_AGAIN, and store_usage_add() adds nothing until there is a new
   count. A stored time after `latest`, by the same clock, comes from a clock
   that has started anew with the machine, and is ignored; INT64_MAX = all
   stored times count.
   Returns 1 done or ignored, 0 no such account, STORE_USAGE_AGAIN, or -1. */
int store_usage_set(struct store *store, const char *id,
		    const struct usage_count *count, int64_t latest,
		    struct error *error);

/* Adds saved messages to the stored usage, if that goes up to the message
   before the first of them: otherwise the news of somebody else is missing. If
   the usage has them already, there is nothing to do. `now` is by the clock of
   saved_at. Returns 1 done, with the account as it is now, 0 no such account,
   STORE_USAGE_AGAIN, or -1. */
int store_usage_add(struct store *store, const char *name,
		    const struct usage_saved *saved, int64_t now,
		    struct account *account_r, struct error *error);

/* Changes the levels for warnings (struct account) if `warned` still has the
   value that the caller read. Returns 1 done, 0 it has another value or there
   is no such account, -1 failed. */
int store_warning_set(struct store *store, const char *id, int warned_before,
		      int warned, int due, struct error *error);

/* Reads up to max accounts that are due a warning, in the order of their ids,
   after that id; start with "". Returns 0 or -1. */
int store_warnings_due(struct store *store, const char *after_id,
		       struct account *accounts_r, size_t max, size_t *count_r,
		       struct error *error);

/* Takes the warning of this level, to send it with this token ("" = none).
   Returns 1 done, 0 somebody else took it or it is due no longer, -1 failed. */
int store_warning_take(struct store *store, const char *id, int due,
		       const char *token, struct error *error);

/* Ends a token: the warning with it was delivered. Returns 1 done, 0 the
   account has another token or none, -1 failed. */
int store_warning_delivered(struct store *store, const char *id,
			    const char *token, struct error *error);

/* News from a session: a message was saved into Trash at this time (Unix
   seconds, > 0). The store keeps the smaller of this time and the stored one,
   and always raises the generation. Returns 1 done, 0 no such account, -1
   failed. */
int store_trash_saved(struct store *store, const char *id, int64_t saved_at,
		      struct error *error);

/* News from the expiry: the oldest message left was saved at `oldest` (0 =
   Trash is empty). The news holds only if no session has published since the
   expiry read `generation`, which it must do before it opens the mailbox.
   Otherwise a message saved meanwhile could be forgotten, and that Trash would
   never expire. Returns 1 done, 0 a session came first (the account stays due),
   -1 failed. */
int store_trash_expired(struct store *store, const char *id, int64_t generation,
			int64_t oldest, struct error *error);

/* Reads up to max accounts whose Trash is due: trash_oldest is at most cutoff,
   or, for an account with a retention of its own that is not 0, at most now
   less that retention. They come oldest first, after the position
   (after_oldest, after_id); start with (0, ""). Returns 0 or -1. */
int store_trash_older_than(struct store *store, int64_t cutoff, int64_t now,
			   int64_t after_oldest, const char *after_id,
			   struct account *accounts_r, size_t max,
			   size_t *count_r, struct error *error);

/* ---- credentials; only with STORE_ACCOUNTS_AND_CREDENTIALS ---- */

#define CREDENTIAL_LABEL_BYTES 64
#define CREDENTIALS_MAX        32 /* per account */

enum credential_kind {
	CREDENTIAL_PASSWORD, /* the alumni password; label "" */
	/* A directory's password that was right; the label is the
	   directory. */
	CREDENTIAL_LEARNED,
	/* A password for one mail program, see lib/password/app-password.h;
	   the label is the person's own word for the program. */
	CREDENTIAL_APP,
	/* A code of the same form. It is as good as an alumni password until it
	   expires or an alumni password is set; label "". */
	CREDENTIAL_INVITE,
};

/* Per account. Below CREDENTIALS_MAX, so that app passwords leave room for the
   other kinds. */
#define APP_PASSWORDS_MAX 20

struct credential {
	enum credential_kind kind;
	char label[CREDENTIAL_LABEL_BYTES];
	char hash[PASSWORD_HASH_BYTES];
	int64_t set_at;       /* Unix seconds */
	int64_t last_used_at; /* of an app password; 0 = never */
	int64_t expires_at;   /* of an invite; 0 = never */
};

/* Reads the account's credentials. Returns 0 or -1; without any, *count_r is
   0. Wipe the list after use. */
int store_credentials(struct store *store, const char *account_id,
		      struct credential credentials_r[CREDENTIALS_MAX],
		      size_t *count_r, struct error *error);
/* Adds a credential, or replaces the one of the same kind and label. An alumni
   password also takes the place of an invite. Returns 0 or -1. Whether the
   account exists is for the caller to check. */
int store_credential_set(struct store *store, const char *account_id,
			 const struct credential *credential,
			 struct error *error);
/* Adds a credential unless the account has one of the same kind and label.
   Returns 1 added, 0 the account has one, -1 failed; it is a failure when the
   account has as many as it may have. */
int store_credential_add(struct store *store, const char *account_id,
			 const struct credential *credential,
			 struct error *error);
/* Notes that an app password was used now. Since that costs a write, the store
   keeps the time only when the stored one is more than CREDENTIAL_USED_SECONDS
   old. Returns 1 kept, 0 not kept, -1 failed. */
#define CREDENTIAL_USED_SECONDS (INT64_C(60) * 60)
int store_credential_used(struct store *store, const char *account_id,
			  const struct credential *credential, int64_t now,
			  struct error *error);
/* Replaces the hash in *old by another one of the same password; set_at stays.
   Returns 1 done, 0 the credential has another hash by now or is gone, -1
   failed. */
int store_credential_rehash(struct store *store, const char *account_id,
			    const struct credential *old, const char *hash,
			    struct error *error);
/* Removes a credential. Returns 1 removed, 0 there was none, -1 failed. */
int store_credential_clear(struct store *store, const char *account_id,
			   enum credential_kind kind, const char *label,
			   struct error *error);

#endif
