/* SPDX-License-Identifier: MIT
 *
 * Finds headers that mark a message as one that must not be forwarded: spam,
 * or mail that fails its domain's strict DMARC policy. Other servers would
 * take this service for its source.
 */
#ifndef ALUMNI_MILTER_PLAN_SPAM_MARKS_H
#define ALUMNI_MILTER_PLAN_SPAM_MARKS_H

#include "lib/configuration/configuration.h"

enum suspicion {
	SUSPICION_NONE,
	SUSPICION_SPAM,  /* one of spam_headers */
	SUSPICION_DMARC, /* failed under reject or quarantine */
};

/* Returns what one header says. The name is compared without regard to case;
   the value may be folded. */
enum suspicion spam_marks_judge(const struct configuration *configuration,
				const char *name, const char *value);

/* A word for the log; NULL for none. */
const char *suspicion_name(enum suspicion suspicion);

#endif
