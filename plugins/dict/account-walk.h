/* SPDX-License-Identifier: MIT
 *
 * All accounts in order of name, read page by page so that nothing is held open
 * in the store meanwhile.
 */
#ifndef ALUMNI_PLUGINS_DICT_ACCOUNT_WALK_H
#define ALUMNI_PLUGINS_DICT_ACCOUNT_WALK_H

#include "lib/account/account.h"
#include "lib/base/error.h"
#include "plugins/dict/backend.h"

struct account_walk;

/* Never fails. */
struct account_walk *account_walk_new(struct dict_backend *backend);
void account_walk_free(struct account_walk **walk);

/* The next account, valid until the next call. Returns 1 found, 0 no more, -1
   failed. */
int account_walk_next(struct account_walk *walk,
		      const struct account **account_r, struct error *error);

#endif
