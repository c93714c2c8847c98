/* SPDX-License-Identifier: MIT
 *
 * Which limits hold for an account: its own, or those of its class. An account
 * whose class the configuration does not name has those of the default class.
 */
#ifndef ALUMNI_CONFIGURATION_LIMITS_H
#define ALUMNI_CONFIGURATION_LIMITS_H

#include <stdint.h>

#include "lib/account/account.h"
#include "lib/configuration/configuration.h"

/* The limit in force: the account's own, else its class's. An account whose
   class the configuration does not name gets the default class's limit.
   Returns bytes, 0 = unlimited. */
int64_t limits_quota(const struct account *account,
		     const struct configuration *configuration);

/* How many messages the account may keep: as its class says. 0 = unlimited. */
int64_t limits_messages(const struct account *account,
			const struct configuration *configuration);

/* The retention in force for the account: its own, else that of its class (the
   default class where the configuration does not name it). Seconds, 0 = for
   ever. */
int64_t limits_retention(const struct account *account,
			 const struct configuration *configuration);

/* The shortest retention of any class that is not 0, so that one query can
   leave out the accounts without a retention of their own for which nothing
   can be due. 0 = of those, nothing ever expires. */
int64_t limits_shortest_retention(const struct configuration *configuration);

#endif
