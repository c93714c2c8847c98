/* SPDX-License-Identifier: MIT
 *
 * The tier of the directory's password; see lib/login/tiers.h.
 */
#include "lib/login/accepted-entry.h"
#include "lib/login/bind.h"
#include "lib/login/learned.h"
#include "lib/login/tiers.h"

enum tier_outcome tier_directory(struct decision *decision)
{
	enum tier_outcome outcome = bind_try(decision);

	if (outcome == TIER_ACCEPTS)
		accepted_entry_apply(decision);
	else if (decision->bind_refused)
		learned_forget(decision);
	return outcome;
}
