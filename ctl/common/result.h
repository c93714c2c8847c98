/* SPDX-License-Identifier: MIT
 *
 * What a command that changes something says when it is done: a sentence for
 * people; with --json the account as it is now, or the sentence as an object.
 */
#ifndef ALUMNI_CTL_COMMON_RESULT_H
#define ALUMNI_CTL_COMMON_RESULT_H

#include "ctl/common/command.h"
#include "lib/account/account.h"

/* Prints "NAME: sentence". Returns an exit status. */
int result_account(const struct invocation *invocation,
		   const struct account *account, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Where it is about no account. */
int result_message(const struct invocation *invocation, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
