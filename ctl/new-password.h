/* SPDX-License-Identifier: MIT
 *
 * Giving an account an alumni password.
 */
#ifndef ALUMNICTL_NEW_PASSWORD_H
#define ALUMNICTL_NEW_PASSWORD_H

#include "ctl/command.h"
#include "lib/account.h"

/* Hashes and stores it. Returns an exit status. */
int new_password_store(struct invocation *invocation,
		       const struct account *account, const char *password);

#endif
