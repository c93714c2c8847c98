/* SPDX-License-Identifier: MIT
 *
 * Opens what a command needs, and finds what its arguments name. Everything
 * here returns an exit status: EX_OK, or another one after a report().
 */
#ifndef ALUMNI_CTL_COMMON_SESSION_H
#define ALUMNI_CTL_COMMON_SESSION_H

#include "ctl/common/command.h"
#include "lib/account/account.h"

/* Reads the configuration, checks that no secret that it names lies open, and
   opens the store as the command asks. */
int session_open(struct invocation *invocation);
/* Opens the store anew with credentials, for a command that only sometimes
   needs them. */
int session_open_credentials(struct invocation *invocation);
/* Closes what session_open() opened; call it in any case. */
void session_close(struct invocation *invocation);

/* The status for a store that could not be opened or created: EX_NOPERM if
   this user may not, otherwise EX_CONFIG. */
int session_store_failure(const struct invocation *invocation);

/* Normalises the first argument: EX_DATAERR if it can be no account name. */
int session_name(const struct invocation *invocation,
		 char name_r[ADDRESS_LOCAL_BYTES]);

/* The account that the first argument names: EX_NOUSER if there is none. */
int session_account(struct invocation *invocation, struct account *account_r);

/* For store calls that return 1 done, 0 no such account, -1 failed: the
   account may be gone since it was looked up. */
int session_changed(int result, const struct account *account,
		    const struct error *error);

/* When a name that is given up now is free again, Unix seconds. */
int64_t session_quarantine_until(const struct invocation *invocation);

/* True if the configuration has a directory of that name. */
bool session_directory_is_known(const struct invocation *invocation,
				const char *name);
/* Reports that there is no directory of that name; returns EX_DATAERR. */
int session_unknown_directory(const struct invocation *invocation,
			      const char *name);

/* Checks --directory and --directory-id and copies them into the account.
   Both or neither must be given; both are in case of `required`. */
int session_pin(const struct invocation *invocation, bool required,
		struct account *account);

#endif
