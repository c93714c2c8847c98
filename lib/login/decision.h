/* SPDX-License-Identifier: MIT
 *
 * A login decision while it is being made, and its steps. Internal to the
 * login.
 */
#ifndef ALUMNI_LOGIN_DECISION_H
#define ALUMNI_LOGIN_DECISION_H

#include "lib/login/login.h"

/* What the directory that the account is pinned to says of its person. */
enum presence {
	PRESENCE_NONE, /* the account is pinned to none */
	PRESENCE_ACTIVE,
	PRESENCE_INACTIVE,
	PRESENCE_ABSENT,
	PRESENCE_UNKNOWN, /* it could not be asked */
};

enum tier_outcome {
	TIER_PASSES, /* the next one decides */
	TIER_ACCEPTS,
	TIER_BARS, /* no tier may accept */
};

struct decision {
	const struct login_parts *parts;
	const char *password;
	char name[ADDRESS_LOCAL_BYTES];
	bool have_account;
	struct account account;

	enum presence presence;
	/* The directory that has an active entry of this person, and the
	   entry; NULL if none does. */
	const struct login_directory *directory;
	struct directory_entry entry;
	/* The directory refused the password: now, or not long ago. */
	bool bind_refused, bind_refused_before;

	/* Read when they are first needed; see lib/login/alumni.c. */
	bool have_credentials;
	struct credential credentials[CREDENTIALS_MAX];
	size_t credential_count;
	size_t hashes_verified;

	bool could_not_ask;    /* some tier might have accepted */
	bool password_refused; /* some tier knew the user */
	struct login_result *result;
};

/* ---- lib/login/login.c ---- */

/* Adds to the reason of the result. */
void decision_note(struct decision *decision, const char *tier,
		   const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same for a tier that might have accepted. */
void decision_note_failure(struct decision *decision, const char *tier,
			   const struct error *error);
void decision_accept(struct decision *decision, const char *tier);
/* Fetches the account again, or for the first time. Returns as the store
   does. */
int decision_read_account(struct decision *decision, struct error *error);

/* ---- lib/login/directory.c: looking for the person's entry ---- */

/* Asks the directory that the account is pinned to for its entry. Returns
   TIER_BARS or TIER_PASSES. */
enum tier_outcome login_find_pinned(struct decision *decision);
/* Looks which directory has an entry of an unpinned account's name, for the
   log and for `alumnictl account show`. */
void login_find_unpinned(struct decision *decision);
/* Tries the password at the entry that was found, and brings the account up to
   date with the entry if it is right. */
enum tier_outcome login_ask_directory(struct decision *decision);
/* Asks each directory for somebody who has no account. */
enum tier_outcome login_ask_all(struct decision *decision);

/* ---- lib/login/bind.c: the password in the directory ---- */

/* Tries the password at the active entry, if there is one, unless the
   directory is known to refuse it. */
enum tier_outcome login_bind(struct decision *decision);
/* How long the refusal is remembered follows from what came of the login. */
void login_remember_refusal(const struct decision *decision, bool accepted);

/* ---- lib/login/app.c: passwords and codes of our making ---- */

/* Bars the account if it is one of the account's that is not good here. */
enum tier_outcome login_ask_app(struct decision *decision);

/* ---- lib/login/alumni.c: hashes in the store ---- */

/* Reads the credentials unless they are. Returns 0 or -1. */
int login_read_credentials(struct decision *decision, struct error *error);

enum tier_outcome login_ask_alumni(struct decision *decision);
enum tier_outcome login_ask_learned(struct decision *decision);
/* The directory accepted the password: keeps it, if it is to be kept, and
   forgets one that is no longer right. */
void login_learn(struct decision *decision);
/* The directory refused it: if it is the one learned, that is forgotten. */
void login_unlearn(struct decision *decision);
/* Takes the time of verifying a hash. */
void login_verify_dummy(const struct decision *decision);

#endif
