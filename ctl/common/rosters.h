/* SPDX-License-Identifier: MIT
 *
 * The rosters of the configured directories, for commands that compare
 * accounts with them.
 */
#ifndef ALUMNI_CTL_COMMON_ROSTERS_H
#define ALUMNI_CTL_COMMON_ROSTERS_H

#include "ctl/common/command.h"
#include "lib/account/account.h"
#include "lib/directory/roster.h"

struct rosters {
	size_t count; /* of the configuration's directories, in its order */
	struct roster **all; /* NULL for one that was not asked for */
};

/* Opens a configured directory, without asking it. The caller closes it.
   Returns an exit status after a report() of what went wrong. */
int directory_open_configured(const struct directory_options *options,
			      struct directory **directory_r);

/* Lists the directory of that name, or all with NULL, showing progress.
   Returns an exit status; free in any case. */
int rosters_load(const struct configuration *configuration, const char *only,
		 struct rosters *rosters_r);
/* Frees what rosters_load() filled in. */
void rosters_free(struct rosters *rosters);

/* Called for each account, in order of name. Returns an exit status; anything
   but EX_OK ends the walk. */
typedef int accounts_callback(void *context, const struct account *account);

/* Walks through all accounts, in pages, showing progress. Returns an exit
   status. */
int accounts_walk(const struct invocation *invocation,
		  accounts_callback *callback, void *context);

#endif
