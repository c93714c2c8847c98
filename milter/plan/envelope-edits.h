/* SPDX-License-Identifier: MIT
 *
 * The second half of the envelope plan: once each recipient's fate is decided,
 * the edits that bring it about. Called by envelope_plan_message() alone.
 */
#ifndef ALUMNI_MILTER_PLAN_ENVELOPE_EDITS_H
#define ALUMNI_MILTER_PLAN_ENVELOPE_EDITS_H

#include "milter/plan/envelope-plan.h"

/* Fills in edits and srs_result of a plan whose fates are there: one new
   recipient per forwarding address, the sender rewritten if there is any, and
   the recipients that keep nothing deleted. Returns 0, or -1 with an error. */
int envelope_edits_make(const struct envelope_rules *rules,
			const struct envelope *envelope,
			struct envelope_plan *plan, struct error *error);

#endif
