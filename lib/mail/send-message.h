/* SPDX-License-Identifier: MIT
 *
 * Hands a message to the local Postfix, by its sendmail program.
 */
#ifndef ALUMNI_MAIL_SEND_MESSAGE_H
#define ALUMNI_MAIL_SEND_MESSAGE_H

#include "lib/base/error.h"

#define SEND_MESSAGE_MSECS 10000

/* Sends the message, with lines that end in \n, to the address. The envelope's
   sender is empty, so that nothing comes back. Blocks until Postfix has the
   message, SEND_MESSAGE_MSECS at most. Returns 0, or -1 with an error; then
   Postfix does not have it. */
int send_message(const char *program, const char *recipient,
		 const char *message, struct error *error);

#endif
