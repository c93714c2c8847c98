/* SPDX-License-Identifier: MIT
 *
 * What a command that changes something says when it is done: a sentence for
 * people; with --json the account as it is now, or the sentence as an object.
 */
#ifndef ALUMNI_CTL_COMMON_RESULT_H
#define ALUMNI_CTL_COMMON_RESULT_H

#include "ctl/common/command.h"
#include "lib/account/account.h"

/* Prints "NAME: SENTENCE", or the account as JSON. Returns an exit status after
   a report() of what went wrong. */
int result_account(const struct invocation *invocation,
		   const struct account *account, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Prints a sentence that is about no account. Returns an exit status. */
int result_message(const struct invocation *invocation, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
