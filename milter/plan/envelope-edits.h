/* SPDX-License-Identifier: MIT
 *
 * The second half of the envelope plan: the edits that carry out the fates of
 * the recipients. Only envelope_plan_message() calls this.
 */
#ifndef ALUMNI_MILTER_PLAN_ENVELOPE_EDITS_H
#define ALUMNI_MILTER_PLAN_ENVELOPE_EDITS_H

#include "milter/plan/envelope-plan.h"

/* Fills in edits and srs_result of a plan whose fates are decided. Each
   forwarding address becomes one new recipient, recipients that keep nothing
   are deleted, and the sender is rewritten if anything is forwarded. Returns 0,
   or -1 with an error. */
int envelope_edits_make(const struct envelope_rules *rules,
			const struct envelope *envelope,
			struct envelope_plan *plan, struct error *error);

#endif
