/* SPDX-License-Identifier: MIT
 *
 * Composes the messages that the service itself sends (RFC 5322, MIME): plain
 * text in UTF-8 from the postmaster to one person.
 */
#ifndef ALUMNI_MAIL_MESSAGE_H
#define ALUMNI_MAIL_MESSAGE_H

#include <stdint.h>

#include "lib/base/error.h"

struct message {
	const char *postmaster; /* an address, or a name of that domain */
	const char *domain;     /* the first of the service's own */
	const char *recipient;  /* address */
	/* UTF-8. A control character becomes a space, so that no subject can
	   add a header. */
	const char *subject;
	const char *text; /* UTF-8; lines end in \n */
	int64_t sent_at;  /* Unix seconds */
	/* The part of the Message-ID before @; NULL = a random one. */
	const char *id;
	/* One more header, for programs; NULL = none. */
	const char *header_name;
	const char *header_value;
};

/* Composes the message: headers, an empty line and the text, with lines that
   end in \n, as sendmail(1) takes them. No line is longer than 998 octets (RFC
   5322, section 2.1.1): text with longer lines is sent as quoted-printable. The
   caller wipes what is secret, and frees the result. Returns NULL with an
   error: the text or subject is not UTF-8, a header's value is not one line, or
   memory ran out. */
char *message_compose(const struct message *message, struct error *error);

#endif
