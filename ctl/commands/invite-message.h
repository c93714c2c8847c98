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

/* Composes the message to the address; now is in Unix seconds. Returns the
   message with lines that end in \n, or NULL with an error. */
char *invite_message(const struct configuration *configuration,
		     const struct account *account, const char *address,
		     const struct invite *invite, int64_t now,
		     struct error *error);
/* Wipes and frees a message; sets the pointer to NULL. */
void invite_message_free(char **message);

#endif
