/* SPDX-License-Identifier: MIT
 *
 * The record of a login decision while it is being made. The tiers
 * (lib/login/tiers.h) read it and write it. It stands below them and calls
 * none of them. Internal to the login.
 */
#ifndef ALUMNI_LOGIN_DECISION_H
#define ALUMNI_LOGIN_DECISION_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/account/account.h"
#include "lib/base/error.h"
#include "lib/directory/directory.h"
#include "lib/login/login.h"
#include "lib/mail/address.h"
#include "lib/store/store.h"

/* The state of the account's person in the directory that the account is
   pinned to. */
enum presence {
	PRESENCE_NONE, /* the account is not pinned */
	PRESENCE_ACTIVE,
	PRESENCE_INACTIVE,
	PRESENCE_ABSENT,
	PRESENCE_UNKNOWN, /* the directory could not be asked */
};

/* The answer of one tier. */
enum tier_outcome {
	TIER_PASSES, /* the next tier decides */
	TIER_ACCEPTS,
	TIER_BARS, /* no tier may accept */
};

struct decision {
	const struct login_parts *parts;
	const char *password;
	/* The typed name in its normal form: lower case, no domain. */
	char name[ADDRESS_LOCAL_BYTES];
	/* The account of the name, if there is one. */
	bool have_account;
	struct account account;

	enum presence presence;
	/* The directory that has an active entry of this person, and the
	   entry; NULL if no directory has one. */
	const struct login_directory *directory;
	struct directory_entry entry;
	/* The directory refused the password in this login. */
	bool bind_refused;
	/* The directory refused the password in an earlier login, so this one
	   did not ask. */
	bool bind_refused_before;

	/* The account's; see lib/login/credentials.h. */
	bool have_credentials;
	struct credential credentials[CREDENTIALS_MAX];
	size_t credential_count;
	/* How many hashes were computed for this login. */
	size_t hashes_verified;

	bool could_not_ask;    /* a tier that failed might have accepted */
	bool password_refused; /* a tier knew the user */
	struct login_result *result;
};

/* Adds "TIER: TEXT" to the reason of the result, which is for the log alone.
   The text must hold no secret. */
void decision_note(struct decision *decision, const char *tier,
		   const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds the error to the reason, for a tier that failed and might have
   accepted: unless another tier accepts, the outcome becomes a temporary
   failure. */
void decision_note_failure(struct decision *decision, const char *tier,
			   const struct error *error);

/* Copies the account, as it is now, and the tier into the result. */
void decision_accept(struct decision *decision, const char *tier);

/* Reads the account of decision->name from the store, again or for the first
   time, and sets have_account. Returns 1 found, 0 no such account, -1 failed
   with an error. */
int decision_read_account(struct decision *decision, struct error *error);

/* True if the account is pinned to the entry of this id in the directory of
   this name. */
bool decision_is_pinned_to(const struct decision *decision,
			   const char *directory, const char *entry_id);

/* Names the directory in the audit trail as the author of the changes that
   follow. */
void decision_set_actor(struct decision *decision, const char *directory);

#endif
