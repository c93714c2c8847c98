/* SPDX-License-Identifier: MIT
 *
 * What the account store knows of an account's Trash. It can be asked for
 * ahead, so that the dict service looks it up while another account is visited.
 */
#ifndef ALUMNI_PLUGINS_DOVEADM_TRASH_STATE_H
#define ALUMNI_PLUGINS_DOVEADM_TRASH_STATE_H

#include "protocol/trash.h"

struct mail_user;

/* Asks for it without waiting; what was asked for before is forgotten. */
void trash_state_ask(const char *username);

/* Waits for what was asked for, if that was this user and not long ago, or else
   asks now. Returns 1 found, 0 no such account, -1 failed, which is logged. */
int trash_state_get(struct mail_user *user, struct wire_trash_state *state_r);

/* Ends the connection. */
void trash_state_finish(void);

#endif
