/* SPDX-License-Identifier: MIT
 *
 * What the expiry of Trash and the account store tell each other. See
 * protocol/values.h for how the functions behave.
 */
#ifndef ALUMNI_PROTOCOL_TRASH_H
#define ALUMNI_PROTOCOL_TRASH_H

#include "protocol/values.h"

/* "GENERATION OLDEST RETENTION": what the store knows of an account's Trash. */
struct wire_trash_state {
	/* Raised whenever a session tells of a message in Trash. */
	int64_t generation;
	/* Save time of the oldest message, Unix seconds; 0 = nothing is known
	   to be there. */
	int64_t oldest;
	/* Seconds for which messages stay; 0 = for ever. */
	int64_t retention;
};

void wire_trash_state_format(const struct wire_trash_state *state,
			     char text_r[WIRE_VALUE_BYTES]);
int wire_trash_state_parse(const char *text, struct wire_trash_state *state_r,
			   struct error *error);

/* "GENERATION OLDEST-LEFT": what the expiry left. It is written only if the
   generation is still the one that the expiry read before it opened Trash. */
struct wire_trash_expired {
	int64_t generation;
	int64_t oldest_left; /* Unix seconds, 0 = nothing is left */
};

void wire_trash_expired_format(const struct wire_trash_expired *expired,
			       char text_r[WIRE_VALUE_BYTES]);
int wire_trash_expired_parse(const char *text,
			     struct wire_trash_expired *expired_r,
			     struct error *error);

#endif
