/* SPDX-License-Identifier: MIT
 *
 * Giving an account an alumni password.
 */
#ifndef ALUMNI_CTL_COMMON_NEW_PASSWORD_H
#define ALUMNI_CTL_COMMON_NEW_PASSWORD_H

#include "ctl/common/command.h"
#include "lib/account/account.h"

/* Hashes the password and stores it as the account's alumni password. Returns
   an exit status after a report() of what went wrong. */
int new_password_store(struct invocation *invocation,
		       const struct account *account, const char *password);

#endif
