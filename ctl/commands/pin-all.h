/* SPDX-License-Identifier: MIT
 *
 * Pinning all accounts at once to the entries of their names, for a migration
 * from a system in which the name was all that tied the two together.
 */
#ifndef ALUMNI_CTL_COMMANDS_PIN_ALL_H
#define ALUMNI_CTL_COMMANDS_PIN_ALL_H

#include <stdbool.h>

#include "ctl/common/command.h"

/* Pins every account that is pinned to nothing to the entry that has its name
   in the directory of this name, or with NULL in the first that has one.
   Accounts whose name several entries have, or whose entry is another
   account's, are left alone. Returns an exit status. */
int pin_all(struct invocation *invocation, const char *directory, bool dry_run);

#endif
