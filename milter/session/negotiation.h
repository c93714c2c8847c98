/* SPDX-License-Identifier: MIT
 *
 * What the filter and the mail server agree on at the start of a connection:
 * which steps of a message are sent, which of them are answered, and which
 * macros come with them. Apart from the callbacks, so that the filter that does
 * nothing, with which the daemon is compared, has the same dialogue.
 */
#ifndef ALUMNI_MILTER_SESSION_NEGOTIATION_H
#define ALUMNI_MILTER_SESSION_NEGOTIATION_H

#include <libmilter/mfapi.h>
#include <stdbool.h>

/* For xxfi_negotiate, whose arguments these are: offered_actions and
   offered_steps are what the mail server can do, the others what we ask for,
   which are needed_actions and our own macros. Returns false if it cannot do
   all of that. */
bool negotiation_agree(SMFICTX *ctx, unsigned long needed_actions,
		       unsigned long offered_actions,
		       unsigned long offered_steps, unsigned long *actions_r,
		       unsigned long *steps_r);

#endif
