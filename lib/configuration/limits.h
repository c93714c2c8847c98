/* SPDX-License-Identifier: MIT
 *
 * The limits in force for an account: its own, or those of its class. An
 * account whose class the configuration does not name has the limits of the
 * default class.
 */
#ifndef ALUMNI_CONFIGURATION_LIMITS_H
#define ALUMNI_CONFIGURATION_LIMITS_H

#include <stdint.h>

#include "lib/account/account.h"
#include "lib/configuration/configuration.h"

/* Returns the account's quota in bytes, 0 = unlimited. */
int64_t limits_quota(const struct account *account,
		     const struct configuration *configuration);

/* Returns the number of messages that the account may keep, 0 = unlimited. This
   limit is the class's alone. */
int64_t limits_messages(const struct account *account,
			const struct configuration *configuration);

/* Returns the time after which Trash is emptied, in seconds, 0 = never. */
int64_t limits_retention(const struct account *account,
			 const struct configuration *configuration);

/* Returns the shortest retention of any class, in seconds, or 0 when every
   class keeps Trash for ever. With it, one query can leave out the accounts
   without a retention of their own for which nothing can be due. */
int64_t limits_shortest_retention(const struct configuration *configuration);

#endif
