/* SPDX-License-Identifier: MIT
 *
 * Hands a message to the local Postfix, by its sendmail program.
 */
#ifndef ALUMNI_MAIL_SEND_MESSAGE_H
#define ALUMNI_MAIL_SEND_MESSAGE_H

#include "lib/base/error.h"

/* Sends it to the address with the null sender, so that nothing comes back.
   Waits until Postfix has it, SEND_MESSAGE_MSECS at most. The message must not
   be longer than SEND_MESSAGE_BYTES_MAX. Returns 0, or -1 with an error; then
   Postfix does not have it. */
#define SEND_MESSAGE_MSECS     10000
#define SEND_MESSAGE_BYTES_MAX 65536
int send_message(const char *program, const char *recipient,
		 const char *message, struct error *error);

#endif
