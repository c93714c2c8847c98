/* SPDX-License-Identifier: MIT
 *
 * The audit trail: who changed what of an account, and when. This module
 * defines an entry, and finds the entries for a change of an account. The store
 * keeps them, see lib/store/audit.h. An entry never has a secret or a hash.
 */
#ifndef ALUMNI_ACCOUNT_AUDIT_H
#define ALUMNI_ACCOUNT_AUDIT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/account/account.h"

#define AUDIT_ACTOR_BYTES  128
#define AUDIT_ORIGIN_BYTES 128
#define AUDIT_ACTION_BYTES 32
/* Two forwarding addresses and some words. */
#define AUDIT_DETAIL_BYTES (2 * ADDRESS_BYTES + 128)

/* The kinds of changes. Programs read these words, so they never change. */
#define AUDIT_ACCOUNT_ADD         "account.add"
#define AUDIT_ACCOUNT_RENAME      "account.rename"
#define AUDIT_ACCOUNT_ENABLE      "account.enable"
#define AUDIT_ACCOUNT_DISABLE     "account.disable"
#define AUDIT_ACCOUNT_DELETE      "account.delete"
#define AUDIT_ACCOUNT_UNDELETE    "account.undelete"
#define AUDIT_ACCOUNT_PURGE       "account.purge"
#define AUDIT_ACCOUNT_CLASS       "account.class"
#define AUDIT_ACCOUNT_PIN         "account.pin"
#define AUDIT_ACCOUNT_DENIED      "account.denied"
#define AUDIT_ACCOUNT_BACKEND     "account.backend"
#define AUDIT_QUOTA               "quota"
#define AUDIT_TRASH               "trash"
#define AUDIT_FORWARD             "forward"
#define AUDIT_FORWARD_PENDING     "forward.pending"
#define AUDIT_ALIAS_ADD           "alias.add"
#define AUDIT_ALIAS_REMOVE        "alias.remove"
#define AUDIT_SENDING_BLOCK       "sending.block"
#define AUDIT_SENDING_UNBLOCK     "sending.unblock"
#define AUDIT_PASSWORD_SET        "password.set"
#define AUDIT_PASSWORD_CLEAR      "password.clear"
#define AUDIT_LEARNED_SET         "learned.set"
#define AUDIT_LEARNED_CLEAR       "learned.clear"
#define AUDIT_APP_PASSWORD_ADD    "app-password.add"
#define AUDIT_APP_PASSWORD_REVOKE "app-password.revoke"
#define AUDIT_INVITE_ADD          "invite.add"
#define AUDIT_INVITE_CLEAR        "invite.clear"

struct audit_entry {
	int64_t number; /* rises with every entry */
	int64_t at;     /* Unix seconds */
	char account_id[ACCOUNT_ID_BYTES];
	char account_name[ADDRESS_LOCAL_BYTES]; /* at that time */
	char actor[AUDIT_ACTOR_BYTES];
	char origin[AUDIT_ORIGIN_BYTES];
	char action[AUDIT_ACTION_BYTES];
	char detail[AUDIT_DETAIL_BYTES]; /* for people; may be empty */
};

struct audit_change {
	const char *action;
	char detail[AUDIT_DETAIL_BYTES];
};

/* The most that audit_compare() can find. */
#define AUDIT_CHANGES_MAX 11

/* Compares an account before and after a change, and lists the differences that
   the trail keeps. It keeps neither usage, nor news of Trash, nor what logins
   remember. Returns how many there are. */
size_t audit_compare(const struct account *before, const struct account *after,
		     struct audit_change changes_r[AUDIT_CHANGES_MAX]);

#endif
