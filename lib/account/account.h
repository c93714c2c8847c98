/* SPDX-License-Identifier: MIT
 *
 * An account: one person's mailbox, held by value so that nobody has to free
 * it. Everything else in the store (credentials, forwarding, usage) hangs on
 * the random id, which never changes. It never hangs on the name, which
 * somebody else may get one day.
 */
#ifndef ALUMNI_ACCOUNT_ACCOUNT_H
#define ALUMNI_ACCOUNT_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/mail/address.h"

#define ACCOUNT_ID_BYTES           33 /* 128 random bits in hex, and NUL */
#define ACCOUNT_CLASS_BYTES        64
#define ACCOUNT_DIRECTORY_BYTES    64
#define ACCOUNT_DIRECTORY_ID_BYTES 256
#define ACCOUNT_BACKEND_BYTES      256 /* a host name (RFC 1035), and NUL */
#define ACCOUNT_BLOCK_REASON_BYTES 160

#define ACCOUNT_TOKEN_BYTES 33 /* 128 random bits in hex, and NUL */

struct account {
	char id[ACCOUNT_ID_BYTES];
	/* Local part of the account's address: lower case, no domain. */
	char name[ADDRESS_LOCAL_BYTES];
	/* Name of a class of the configuration, whose quota and retention hold
	   unless the account has its own. */
	char class_name[ACCOUNT_CLASS_BYTES];
	bool enabled;
	int64_t created_at; /* Unix seconds */
	/* When the account was deleted, Unix seconds; 0 = it was not. Only the
	   functions of lib/store/deleted.h see a deleted account. */
	int64_t deleted_at;
	bool keep_mail; /* the mail folder stays when the account is purged */

	/* The directory entry that this account belongs to. Both are empty
	   when the account is not pinned: then no directory password opens
	   it. */
	char directory[ACCOUNT_DIRECTORY_BYTES];
	char directory_id[ACCOUNT_DIRECTORY_ID_BYTES];

	/* When the directory said that no password may let this person in,
	   Unix seconds; 0 = it does not say so. This holds until the directory
	   says otherwise or the account gets another pin. */
	int64_t denied_at;
	/* The directory entry that the last login found under the account's
	   name, if that was not the pinned entry. Both are empty otherwise. */
	char other_directory[ACCOUNT_DIRECTORY_BYTES];
	char other_directory_id[ACCOUNT_DIRECTORY_ID_BYTES];
	/* The tier that let the account in last; empty = unknown. It is kept
	   only with order = last-success-first. */
	char last_tier[ACCOUNT_DIRECTORY_BYTES];
	/* The host that Dovecot passes this account's sessions on to; empty =
	   they stay here. */
	char backend[ACCOUNT_BACKEND_BYTES];

	bool has_own_quota;
	int64_t own_quota; /* bytes, 0 = unlimited; only if has_own_quota */

	bool has_own_retention;
	int64_t own_retention; /* of Trash, seconds, 0 = for ever; only if
				  has_own_retention */

	/* Empty: not forwarded. Otherwise a complete external address. */
	char forward_address[ADDRESS_BYTES];
	/* Without an address, this holds for one that the person may set. */
	bool forward_keep_copy;

	/* The usage that was published last; 0 before that. */
	int64_t usage_bytes;
	int64_t usage_messages;
	/* When the usage was counted; see store_usage_set(). */
	int64_t usage_counted_at;
	/* When something was last added to the usage, and the message of INBOX
	   up to which the usage goes; see store_usage_add(). */
	int64_t usage_saved_at;
	int64_t usage_uid_validity;
	int64_t usage_uid_next;
	/* Levels of mail_quota_level(): that of the last warning, and that of a
	   warning still to be sent; 0 = none. By the token, the mail process
	   that delivers a warning knows it; empty = none is on its way. */
	int warned;
	int warning_due;
	char warning_token[ACCOUNT_TOKEN_BYTES];

	/* Save time of the oldest message in Trash, Unix seconds; 0 = none
	   known. The generation rises with every publication by a session;
	   see store_trash_expired(). */
	int64_t trash_oldest;
	int64_t trash_generation;

	/* Since when sending over submission is blocked (Unix seconds), and
	   why; 0 and empty = it is not blocked. */
	int64_t sending_blocked_at;
	char sending_block_reason[ACCOUNT_BLOCK_REASON_BYTES];
};

/* Whether this is an id as the store makes them: 32 digits of lower-case hex.
   Anything else, which only somebody with access to the database can have put
   there, must not become a part of a path. */
bool account_id_is_valid(const char *id);

/* Enough for any mail_home that a file system takes. */
#define ACCOUNT_HOME_BYTES 4352

/* The account's home folder below the configured mail_home: MAIL_HOME/ab/ID
   for an id that begins with ab, so that no folder has too many entries. A
   later account of the same name has another folder, since it has another id.
   Returns 0, or -1 if mail_home is too long or the id is no valid one. */
int account_home(const struct account *account, const char *mail_home,
		 char home_r[ACCOUNT_HOME_BYTES]);

static inline bool account_is_pinned(const struct account *account)
{
	return account->directory_id[0] != '\0';
}

static inline bool account_is_deleted(const struct account *account)
{
	return account->deleted_at != 0;
}

static inline bool account_forwards(const struct account *account)
{
	return account->forward_address[0] != '\0';
}

static inline bool account_is_denied(const struct account *account)
{
	return account->denied_at != 0;
}

static inline bool account_sending_is_blocked(const struct account *account)
{
	return account->sending_blocked_at != 0;
}

/* An account that forwards and keeps no copy stores nothing here, so its quota
   does not matter to its mail. */
static inline bool account_stores_mail(const struct account *account)
{
	return !account_forwards(account) || account->forward_keep_copy;
}

#endif
