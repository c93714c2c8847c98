/* SPDX-License-Identifier: MIT
 *
 * Ends the sessions that are open for an account, by `doveadm kick`: a password
 * that was changed, or an account that was disabled, must not live on in them.
 */
#ifndef ALUMNI_CTL_COMMON_END_SESSIONS_H
#define ALUMNI_CTL_COMMON_END_SESSIONS_H

#include "ctl/common/command.h"

/* Ends the sessions of the account of this name. Call it after the change, so
   that no session begins meanwhile. Where Dovecot does not run, there are no
   sessions. Blocks for doveadm. Returns EX_OK, or EX_UNAVAILABLE after a
   report() that sessions may go on; the change itself stays. */
int end_sessions(const struct invocation *invocation, const char *name);

#endif
