/* SPDX-License-Identifier: MIT
 *
 * The agreement between filter and mail server at the start of a connection:
 * the steps of a message that are sent, the steps that are answered, and the
 * macros that come with them. It is separate from the callbacks, so that the
 * filter that does nothing, with which benchmarks compare the daemon, has the
 * same dialogue.
 */
#ifndef ALUMNI_MILTER_SESSION_NEGOTIATION_H
#define ALUMNI_MILTER_SESSION_NEGOTIATION_H

#include <libmilter/mfapi.h>
#include <stdbool.h>

/* For xxfi_negotiate, with the same arguments. offered_actions and
   offered_steps are the abilities of the mail server. The other arguments get
   our requests: needed_actions and our own macros. Returns false if the mail
   server cannot do all of that. */
bool negotiation_agree(SMFICTX *ctx, unsigned long needed_actions,
		       unsigned long offered_actions,
		       unsigned long offered_steps, unsigned long *actions_r,
		       unsigned long *steps_r);

#endif
