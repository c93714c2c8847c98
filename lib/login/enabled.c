/* SPDX-License-Identifier: MIT
 *
 * The tier that keeps out accounts which an administrator disabled; see
 * lib/login/tiers.h.
 */
#include "lib/login/tiers.h"

enum tier_outcome tier_enabled(struct decision *decision)
{
	if (!decision->have_account || decision->account.enabled)
		return TIER_PASSES;
	decision_note(decision, "login", "the account is disabled");
	return TIER_BARS;
}
