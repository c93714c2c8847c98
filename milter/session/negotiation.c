/* SPDX-License-Identifier: MIT
 *
 * Asks for as few steps of a message as possible; see
 * milter/session/negotiation.h.
 */
#include "milter/session/negotiation.h"

/* The steps that we do not need. */
#define UNWANTED_STEPS                                                         \
	(SMFIP_NOHELO | SMFIP_NOUNKNOWN | SMFIP_NODATA | SMFIP_NOEOH)
/* The steps in which Postfix need not wait for us. Each wait is two switches of
   process, and two more between libmilter's threads, which cost more than the
   work between them. So Postfix waits only at RCPT and at the end of the
   message. A message is then sent to its end even if we have nothing to do with
   it. Such messages are rare, because any mailbox with a quota concerns us. */
#define STEPS_WITHOUT_REPLY                                                    \
	(SMFIP_NR_CONN | SMFIP_NR_MAIL | SMFIP_NR_HDR | SMFIP_NR_BODY)

/* With this, the macros that we get do not depend on main.cf. */
static void choose_macros(SMFICTX *ctx)
{
	(void)smfi_setsymlist(ctx, SMFIM_CONNECT, (char[]){"{daemon_name}"});
	(void)smfi_setsymlist(ctx, SMFIM_ENVFROM, (char[]){"i {auth_authen}"});
	(void)smfi_setsymlist(ctx, SMFIM_ENVRCPT, (char[]){"i"});
	(void)smfi_setsymlist(ctx, SMFIM_EOM, (char[]){"i"});
}

bool negotiation_agree(SMFICTX *ctx, unsigned long needed_actions,
		       unsigned long offered_actions,
		       unsigned long offered_steps, unsigned long *actions_r,
		       unsigned long *steps_r)
{
	const unsigned long steps = UNWANTED_STEPS | STEPS_WITHOUT_REPLY;

	if ((offered_actions & needed_actions) != needed_actions ||
	    (offered_steps & steps) != steps)
		return false;
	if ((offered_actions & SMFIF_SETSYMLIST) != 0)
		choose_macros(ctx);
	*actions_r = needed_actions | (offered_actions & SMFIF_SETSYMLIST);
	*steps_r = steps;
	return true;
}
