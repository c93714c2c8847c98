/* SPDX-License-Identifier: MIT
 *
 * Which accounts a list is to show, by the options of the command line.
 */
#ifndef ALUMNI_CTL_COMMON_ACCOUNT_FILTER_H
#define ALUMNI_CTL_COMMON_ACCOUNT_FILTER_H

#include "ctl/common/command.h"
#include "lib/account/account.h"

struct account_filter {
	struct invocation *invocation;
	/* NULL = any. */
	const char *class_name;
	const char *state;
	const char *directory;
	bool no_password, forwarding, over_quota;
};

/* Reads the options. Returns an exit status: EX_USAGE for a value that makes no
   sense. */
int account_filter_read(struct invocation *invocation,
			struct account_filter *filter_r);

/* True if the list is to show deleted accounts, which no other list shows. */
bool account_filter_wants_deleted(const struct account_filter *filter);

/* Sets *shown_r to whether the account is to be shown. Returns an exit status
   after a report() of what went wrong. */
int account_filter_look(const struct account_filter *filter,
			const struct account *account, bool *shown_r);

#endif
