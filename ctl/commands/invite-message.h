/* SPDX-License-Identifier: MIT
 *
 * The message that brings somebody a code to log in with.
 */
#ifndef ALUMNI_CTL_COMMANDS_INVITE_MESSAGE_H
#define ALUMNI_CTL_COMMANDS_INVITE_MESSAGE_H

#include <stdint.h>

#include "lib/account/account.h"
#include "lib/password/app-password.h"
#include "lib/configuration/configuration.h"

struct invite {
	char code[APP_PASSWORD_BYTES];
	int64_t expires_at; /* Unix seconds */
};

/* The whole message, lines ending in \n. NULL when memory ran out. */
char *invite_message(const struct configuration *configuration,
		     const struct account *account, const char *address,
		     const struct invite *invite);
/* Wipes it first. */
void invite_message_free(char **message);

#endif
