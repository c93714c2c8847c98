/* SPDX-License-Identifier: MIT
 *
 * The account store: accounts, their forwarding, usage and Trash news, and
 * apart from those the credentials. A store is one handle for one thread at a
 * time; open several for several threads.
 *
 * Look-ups return 1 found, 0 absent, -1 failed with an error. Absent and
 * failed are never one value: absent may be refused for good, failed must be
 * deferred. Changes return 0 done, or as said below, and -1 failed.
 * Every call may block for disk access and, at most
 * DATABASE_BUSY_TIMEOUT_MSECS, for another writer.
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
   migrations, each in one transaction. As root it also sets owners, groups
   and modes to those of lib/store/sqlite-layout.h; groups that the machine
   does not have are passed over, see store_layout_check(). Returns the number
   of migrations done (0 = was up to date), or -1. */
int store_create(const char *location, struct error *error);

/* Checks that folders and files of the store have the groups and modes that
   let each part reach what it may, and nothing more. Returns 0, or -1 with an
   error that names the first that is wrong and how to mend it. */
int store_layout_check(const char *location, struct error *error);

/* ---- accounts ---- */

/* name is an account name as account_name_normalise() makes them. */
int store_account_by_name(struct store *store, const char *name,
			  struct account *account_r, struct error *error);
int store_account_by_id(struct store *store, const char *id,
			struct account *account_r, struct error *error);

/* The account that gets mail for this local part of an address, detail
   stripped and in lower case: one of that name, or one that has it as alias.
   Not for logins, which only an account's own name opens. */
int store_account_by_local_part(struct store *store, const char *name,
				struct account *account_r, struct error *error);

enum store_add_result {
	STORE_ADD_FAILED = -1,
	STORE_ADDED = 0,
	/* It is an account's name, or an alias. */
	STORE_NAME_TAKEN,
	/* The name of a deleted account, whether or not it can be had back, or
	   an alias that was removed, is not given out again yet. */
	STORE_NAME_QUARANTINED,
};

/* Adds an account with the name, class, enabled, pin and own quota of
   *account, and fills in id and created_at = now. One insert that tolerates a
   concurrent one: of two, one gets STORE_NAME_TAKEN. */
enum store_add_result store_account_add(struct store *store,
					struct account *account, int64_t now,
					struct error *error);

/* Fills up to max accounts whose names sort after `after` ("" = from the
   beginning), in order of name, byte by byte. count_r < max means the end.
   Returns 0 or -1. */
int store_accounts_after(struct store *store, const char *after,
			 struct account *accounts_r, size_t max,
			 size_t *count_r, struct error *error);

/* These return 1 done, 0 no such account, -1 failed. */
int store_account_set_enabled(struct store *store, const char *id, bool enabled,
			      struct error *error);
int store_account_set_class(struct store *store, const char *id,
			    const char *class_name, struct error *error);
/* Empty strings unpin. What the former directory said of the account (denied,
   another entry) is forgotten with its pin. */
int store_account_pin(struct store *store, const char *id,
		      const char *directory, const char *directory_id,
		      struct error *error);
/* denied_at 0 = the directory no longer denies the account. */
int store_account_set_denied(struct store *store, const char *id,
			     int64_t denied_at, struct error *error);
/* Empty strings = there is no other entry of the name any more. */
int store_account_set_other(struct store *store, const char *id,
			    const char *directory, const char *directory_id,
			    struct error *error);
int store_account_set_last_tier(struct store *store, const char *id,
				const char *tier, struct error *error);
/* host "" = no backend. */
int store_account_set_backend(struct store *store, const char *id,
			      const char *host, struct error *error);
/* bytes NULL = back to the class's. */
int store_account_set_quota(struct store *store, const char *id,
			    const int64_t *bytes, struct error *error);
/* Retention of Trash; seconds NULL = back to the class's. */
int store_account_set_retention(struct store *store, const char *id,
				const int64_t *seconds, struct error *error);
/* address "" = no forwarding. */
int store_account_set_forward(struct store *store, const char *id,
			      const char *address, bool keep_copy,
			      struct error *error);
/* Deletes the account and what hangs on it for good, credentials first, and
   keeps the name and the aliases in quarantine until that time (Unix seconds).
   The mail folder is not touched. It may be deleted already, see
   lib/store/deleted.h for that. */
int store_account_delete(struct store *store, const char *id,
			 int64_t quarantine_until, struct error *error);

/* ---- aliases ---- */

#define ALIASES_MAX 32 /* per account */

struct alias {
	char name[ADDRESS_LOCAL_BYTES];
	int64_t created_at; /* Unix seconds */
};

/* Gives the account a further name, which is as account_name_normalise()
   makes them. That the account is gone, or has ALIASES_MAX already, is a
   failure with an error. A name in quarantine may be given back to the account
   that had it. */
enum store_add_result store_alias_add(struct store *store,
				      const char *account_id, const char *name,
				      int64_t now, struct error *error);

/* Takes it away, and keeps it in quarantine until that time (Unix seconds);
   0 = it may go to anybody at once. Returns 1 done, 0 the account has no such
   alias, -1 failed. */
int store_alias_remove(struct store *store, const char *account_id,
		       const char *name, int64_t quarantine_until,
		       struct error *error);

/* An account's aliases in order of name. Returns 0 or -1. */
int store_aliases(struct store *store, const char *account_id,
		  struct alias aliases_r[ALIASES_MAX], size_t *count_r,
		  struct error *error);

/* ---- forwarding and sending: counts, and the block ---- */

struct account_activity {
	char account_id[ACCOUNT_ID_BYTES];
	struct activity activity;
};

/* Returns 1, 0 when nothing was counted yet (all zero), -1 failed. */
int store_activity(struct store *store, const char *account_id,
		   struct activity *activity_r, struct error *error);

/* Adds to the counts of many accounts at once; accounts that are gone are
   passed over. Returns 0, or -1 and then nothing was added. */
int store_activity_add(struct store *store, const struct account_activity *more,
		       size_t count, struct error *error);

/* Blocks sending over submission, until it is unblocked; at is Unix seconds,
   the reason is for people. Returns 1 done, 0 it was blocked already (and
   stays as it was) or there is no such account, -1 failed. */
int store_sending_block(struct store *store, const char *account_id, int64_t at,
			const char *reason, struct error *error);

/* Lets the account send again, with the counts of what it sent at 0, or the
   next message would block it anew. 1 done, 0 no such account, -1 failed. */
int store_sending_unblock(struct store *store, const char *account_id,
			  struct error *error);

/* ---- what mail processes publish ---- */

/* The usage of an account, as a mail process counted it. */
struct usage_count {
	/* A value below 0 leaves that one as it is. */
	int64_t bytes;
	int64_t messages;
	/* When the count began, by a clock of the publisher's that only goes
	   forward; 0 = it holds in any case. */
	int64_t counted_at;
	/* The state of INBOX that was counted: its UIDVALIDITY and its
	   UIDNEXT; 0 = that is not known. */
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

/* What was counted before the count that is known already is ignored, since of
   two sessions the later count may be published first. What was counted before
   something was added cannot be told apart from it: STORE_USAGE_AGAIN, and
   nothing is added before there is a new count. A known time after latest, by
   the same clock, is one of another clock (the machine was started anew), and
   does not count; INT64_MAX if there is none.
   Returns 1 done, 0 no such account, STORE_USAGE_AGAIN, or -1. */
int store_usage_set(struct store *store, const char *id,
		    const struct usage_count *count, int64_t latest,
		    struct error *error);

/* Adds what was saved to the usage that is known, if that goes up to the
   message before the first of these: else somebody's news is missing. If it
   knows of these already, there is nothing to do. now is of the clock of
   saved_at. Returns 1 done, and the account as it is now, 0 no such account,
   STORE_USAGE_AGAIN, or -1. */
int store_usage_add(struct store *store, const char *name,
		    const struct usage_saved *saved, int64_t now,
		    struct account *account_r, struct error *error);

/* Changes the levels that warnings go by, if warned is still what it was.
   1 done, 0 it is not, or there is no such account. */
int store_warning_set(struct store *store, const char *id, int warned_before,
		      int warned, int due, struct error *error);

/* Accounts with a warning to be sent, after that id; start with "". */
int store_warnings_due(struct store *store, const char *after_id,
		       struct account *accounts_r, size_t max, size_t *count_r,
		       struct error *error);

/* The warning of this level is taken to be sent, with this token, "" for none.
   1 done, 0 somebody else took it, or it is due no longer. */
int store_warning_take(struct store *store, const char *id, int due,
		       const char *token, struct error *error);

/* The warning with this token was delivered: the token is good no more. 1 done,
   0 that is not the account's token. */
int store_warning_delivered(struct store *store, const char *id,
			    const char *token, struct error *error);

/* News from a session: a message was saved into Trash at this time (Unix
   seconds, > 0). Keeps the smaller of this and what is known, and always
   raises the generation. 1 done, 0 no such account. */
int store_trash_saved(struct store *store, const char *id, int64_t saved_at,
		      struct error *error);

/* News from the expiry: the oldest message left was saved at oldest (0 =
   Trash is empty). Holds only if no session published since generation was
   read, which must be before the mailbox was opened; otherwise a message saved
   meanwhile could be forgotten, and that Trash would never expire.
   1 done, 0 a session came first (the account just stays due), -1 failed. */
int store_trash_expired(struct store *store, const char *id, int64_t generation,
			int64_t oldest, struct error *error);

/* Accounts with trash_oldest from 1 to cutoff, or, if they have a retention of
   their own that is not 0, to now less that; oldest first, after the position
   (after_oldest, after_id); start with (0, ""). */
int store_trash_older_than(struct store *store, int64_t cutoff, int64_t now,
			   int64_t after_oldest, const char *after_id,
			   struct account *accounts_r, size_t max,
			   size_t *count_r, struct error *error);

/* ---- credentials; only with STORE_ACCOUNTS_AND_CREDENTIALS ---- */

#define CREDENTIAL_LABEL_BYTES 64
#define CREDENTIALS_MAX        32 /* per account */

enum credential_kind {
	CREDENTIAL_PASSWORD, /* the alumni password; label "" */
	/* A directory password that was right; label: the directory. */
	CREDENTIAL_LEARNED,
	/* A password for one mail program, see lib/password/app-password.h; its
	   label is the person's own word for it. */
	CREDENTIAL_APP,
	/* A code of the same making that is good like an alumni password
	   until it expires, or one is set; label "". */
	CREDENTIAL_INVITE,
};

/* So that app passwords never stand in the way of the others. */
#define APP_PASSWORDS_MAX 20 /* per account */

struct credential {
	enum credential_kind kind;
	char label[CREDENTIAL_LABEL_BYTES];
	char hash[PASSWORD_HASH_BYTES];
	int64_t set_at;       /* Unix seconds */
	int64_t last_used_at; /* of an app password; 0 = never */
	int64_t expires_at;   /* of an invite; 0 = never */
};

/* The account's credentials, at most CREDENTIALS_MAX of them. Returns 0 or
   -1; none is count 0. Wipe the list after use. */
int store_credentials(struct store *store, const char *account_id,
		      struct credential credentials_r[CREDENTIALS_MAX],
		      size_t *count_r, struct error *error);
/* Adds, or replaces the one of the same kind and label; an alumni password
   also takes the place of an invite. Returns 0 or -1. The account is not
   checked to exist (it may be in another file): do that first. */
int store_credential_set(struct store *store, const char *account_id,
			 const struct credential *credential,
			 struct error *error);
/* Adds one whose kind and label the account does not have yet. Returns 1
   added, 0 it has, -1 failed, as when it has APP_PASSWORDS_MAX already. */
int store_credential_add(struct store *store, const char *account_id,
			 const struct credential *credential,
			 struct error *error);
/* An app password was used now. That is kept only when the time known is more
   than CREDENTIAL_USED_SECONDS old, since it costs a write. Returns 1 kept, 0
   not, -1 failed. */
#define CREDENTIAL_USED_SECONDS (INT64_C(60) * 60)
int store_credential_used(struct store *store, const char *account_id,
			  const struct credential *credential, int64_t now,
			  struct error *error);
/* Puts another hash of the same password in the place of the one in *old;
   set_at stays. Returns 1 done, 0 the credential is no longer the same, -1
   failed. */
int store_credential_rehash(struct store *store, const char *account_id,
			    const struct credential *old, const char *hash,
			    struct error *error);
/* 1 cleared, 0 there was none, -1 failed. */
int store_credential_clear(struct store *store, const char *account_id,
			   enum credential_kind kind, const char *label,
			   struct error *error);

#endif
