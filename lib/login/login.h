/* SPDX-License-Identifier: MIT
 *
 * The login decision: may this name with this password open an account, and
 * which account?
 *
 * If the account is pinned to an entry of a directory, that directory is asked
 * for the entry, which may bar every tier. Then the password is tried at the
 * directory and against the alumni password. The hash learned of the
 * directory's password comes last: it counts while the person is not active in
 * the directory, or the directory cannot be asked. A password with the form of
 * an app password or of an invite's code is compared with those first. It never
 * makes a failed bind, which might lock the person's account in the directory.
 * An account that is not pinned has the alumni password and the app passwords
 * alone. A name without an account is asked of each directory in order.
 *
 * Success in any tier is success. A directory that could not be asked makes a
 * failure temporary, and never a mismatch.
 *
 * The decision knows no LDAP and no Dovecot. The directory, the verifier and
 * the clock are arguments, so that tables can test the decision.
 */
#ifndef ALUMNI_LOGIN_LOGIN_H
#define ALUMNI_LOGIN_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/account/account.h"
#include "lib/account/tiers.h"
#include "lib/base/error.h"
#include "lib/configuration/configuration.h"
#include "lib/directory/directory.h"
#include "lib/directory/shared-state.h"
#include "lib/password/hash-gate.h"
#include "lib/store/store.h"

/* A directory as the decision asks it. find and verify have the contracts of
   directory_find() and directory_verify() (lib/directory/directory.h), with
   the context in place of the directory. The name is that of the directory's
   section in the configuration. */
struct login_directory {
	const char *name;
	void *context;
	int (*find)(void *context, const char *name,
		    struct directory_entry *entry_r, struct error *error);
	int (*verify)(void *context, const char *dn, const char *password,
		      struct error *error);
};

/* The caller owns everything in here, and keeps it during login_decide(). */
struct login_parts {
	const struct configuration *configuration;
	struct store *store; /* opened with credentials */
	const struct login_directory *directories;
	size_t directory_count;
	/* Verifies a stored hash. Returns 1 the password fits, 0 it does not,
	   -1 the hash cannot be used, with an error unless that is NULL. */
	int (*verify_hash)(void *context, const char *hash,
			   const char *password, struct error *error);
	void *verify_hash_context;
	struct shared_state *state; /* NULL = nothing is remembered */
	struct hash_gate *gate;     /* NULL = hashing waits for nobody */
	int64_t now;                /* Unix seconds */
	/* An app password bars the login, as it must not change another
	   password. */
	bool no_app_passwords;
};

enum login_outcome {
	LOGIN_OK,
	LOGIN_MISMATCH,          /* wrong or empty password */
	LOGIN_UNKNOWN_USER,      /* no account, and none to be created */
	LOGIN_DISABLED,          /* the account, or its entry, is barred */
	LOGIN_TEMPORARY_FAILURE, /* something could not be asked */
};

struct login_result {
	enum login_outcome outcome;
	/* Only with LOGIN_OK. */
	struct account account;
	/* The directory's name, or one of LOGIN_TIER_*; empty unless
	   LOGIN_OK. */
	char tier[ACCOUNT_DIRECTORY_BYTES];
	bool created; /* this login created the account */
	/* For the log, never for the client: why, tier by tier. */
	struct error reason;
};

/* Decides about a name, as it was typed, and a password, and fills the result
   in every case: a failure is one of its outcomes. May create an account, and
   brings an account up to date with its entry. Blocks as long as the
   directories, the store and a hash or two take. */
void login_decide(const struct login_parts *parts, const char *typed_name,
		  const char *password, struct login_result *result_r);

/* Returns a word for the outcome, for logs ("ok", "mismatch", ...). The text is
   constant. */
const char *login_outcome_name(enum login_outcome outcome);

#endif
