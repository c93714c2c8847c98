/* SPDX-License-Identifier: MIT
 *
 * Headers of messages by which our programs tell each other something. Every
 * one of these begins with X-Alumnimail-.
 */
#ifndef ALUMNI_PROTOCOL_HEADERS_H
#define ALUMNI_PROTOCOL_HEADERS_H

/* In a message that the dict service sends to a person about the person's own
   account. The milter does not forward it: somebody who has set a forwarding
   address that is not the owner's must not be the one who is told. The header
   counts only in mail that was handed in on this machine. */
#define HEADER_NOTICE       "X-Alumnimail-Notice"
#define HEADER_NOTICE_VALUE "yes"

/* The milter adds it to a message that it did not forward because the message
   is spam or fails DMARC. Sieve files such a message into Junk
   (deploy/sieve/alumni-junk.sieve.in). */
#define HEADER_JUNK       "X-Alumnimail-Junk"
#define HEADER_JUNK_VALUE "Yes"

/* The tag of a forwarded message (milter/plan/forward-tag.h), by which the
   milter finds loops. */
#define HEADER_FORWARDED "X-Alumnimail-Forwarded"

/* In a warning that the mailbox is nearly full: a token, which is also the
   value of DICT_KEY_WARNING_TOKEN. The quota plugin lets such a message in. */
#define HEADER_QUOTA_WARNING "X-Alumnimail-Quota-Warning"

#endif
