/* SPDX-License-Identifier: MIT
 *
 * The accounts whose Trash is due for expiry, oldest first, read page by page
 * so that nothing is held open in the store while they are visited.
 */
#ifndef ALUMNI_PLUGINS_DICT_TRASH_DUE_H
#define ALUMNI_PLUGINS_DICT_TRASH_DUE_H

#include <stdint.h>

#include "lib/account/account.h"
#include "lib/base/error.h"
#include "plugins/dict/backend.h"

struct trash_due;

/* Those due at the time now (Unix seconds). Never fails. */
struct trash_due *trash_due_new(struct dict_backend *backend, int64_t now);
void trash_due_free(struct trash_due **due);

/* The next account that is due, valid until the next call; retention_r is in
   seconds. Returns 1 found, 0 no more, -1 failed. */
int trash_due_next(struct trash_due *due, const struct account **account_r,
		   int64_t *retention_r, struct error *error);

#endif
