/* SPDX-License-Identifier: MIT
 *
 * The login decision: may this name with this password open an account, and
 * which? An account that is pinned to an entry of a directory: that directory
 * is asked for the entry, which may bar every tier; then the password is tried
 * there, against the alumni password, and last against the hash learned of the
 * directory's password, which counts while the person is not active there or
 * the directory cannot be asked. What looks like an app password or the code of
 * an invite is compared with those first, so that it never makes a failed bind,
 * which might lock the person's account in the directory. Any other account:
 * the alumni password. No account: each directory in order. Success in any tier
 * is success; a directory that could not be asked makes a failure temporary,
 * never a mismatch.
 *
 * The decision knows no LDAP and no Dovecot: directory, verifier and clock
 * are arguments, so that it can be tested by table.
 */
#ifndef ALUMNI_LOGIN_LOGIN_H
#define ALUMNI_LOGIN_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/account/account.h"
#include "lib/account/tiers.h"
#include "lib/configuration/configuration.h"
#include "lib/directory/directory.h"
#include "lib/base/error.h"
#include "lib/password/hash-gate.h"
#include "lib/directory/shared-state.h"
#include "lib/store/store.h"

/* How the decision asks a directory; see lib/directory/directory.h for the
 * results. */
struct login_directory {
	const char *name;
	void *context;
	int (*find)(void *context, const char *name,
		    struct directory_entry *entry_r, struct error *error);
	int (*verify)(void *context, const char *dn, const char *password,
		      struct error *error);
};

struct login_parts {
	const struct configuration *configuration;
	struct store *store; /* with credentials */
	const struct login_directory *directories;
	size_t directory_count;
	/* Verifies a stored hash: 1 fits, 0 does not, -1 cannot be used. */
	int (*verify_hash)(void *context, const char *hash,
			   const char *password, struct error *error);
	void *verify_hash_context;
	struct shared_state *state; /* NULL = nothing is remembered */
	struct hash_gate *gate;     /* NULL = hashing waits for nobody */
	int64_t now;                /* Unix seconds */
	/* An app password is no good, as for changing another password. */
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

/* Decides. name is as typed. Blocks as long as directories and store do. */
void login_decide(const struct login_parts *parts, const char *typed_name,
		  const char *password, struct login_result *result_r);

/* A word for the outcome, for logs: "ok", "mismatch", ... */
const char *login_outcome_name(enum login_outcome outcome);

/* Wraps an open directory for login_parts. */
struct login_directory login_directory_of(struct directory *directory);

#endif
