/* SPDX-License-Identifier: MIT
 *
 * Texts of SMTP replies that a site writes itself, with placeholders:
 *   %u  what is used        %q  the quota
 *   %s  the message's size  %c  where people turn for help
 */
#ifndef ALUMNI_MAIL_REPLY_TEXT_H
#define ALUMNI_MAIL_REPLY_TEXT_H

#include <stdint.h>

#include "lib/base/error.h"

/* With the code, a reply line stays within the 512 octets of RFC 5321, section
   4.5.3.1.5. */
#define REPLY_TEXT_BYTES 400

struct reply_figures {
	int64_t used;  /* bytes */
	int64_t quota; /* bytes, 0 = unlimited */
	int64_t size;  /* bytes, 0 = not known */
	const char *contact;
};

/* Returns 0 if the text can be a reply, or -1 with what would be right. */
int reply_text_check(const char *text, struct error *error);

/* Writes the text with figures in place; what does not fit is cut. The result
   is printable ASCII without '%', which libmilter would take for a format. */
void reply_text_format(const char *text, const struct reply_figures *figures,
		       char reply_r[REPLY_TEXT_BYTES]);

#endif
