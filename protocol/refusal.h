/* SPDX-License-Identifier: MIT
 *
 * How the dict process hands a sentence for the person to the mail process:
 * between two marks in the error of the commit, since Dovecot adds words of its
 * own on both sides. An error without the marks is for the log alone.
 */
#ifndef ALUMNI_PROTOCOL_REFUSAL_H
#define ALUMNI_PROTOCOL_REFUSAL_H

#include <stddef.h>

#include "lib/base/error.h"

#define WIRE_REFUSAL_BEGIN "alumni-refused: "
#define WIRE_REFUSAL_END   " :alumni-refused"

#define WIRE_REFUSAL_BYTES                                                     \
	(sizeof(WIRE_REFUSAL_BEGIN) + ERROR_TEXT_BYTES +                       \
	 sizeof(WIRE_REFUSAL_END))

/* Puts the marks round the sentence, which is shorter than ERROR_TEXT_BYTES;
   what is longer loses its end, and never a mark. */
void wire_refusal_format(const char *sentence, char text_r[WIRE_REFUSAL_BYTES]);

/* Finds the sentence in an error of a commit. Returns it, with its length, as a
   part of the error; or NULL if the error is no refusal. */
const char *wire_refusal_parse(const char *error, size_t *length_r);

#endif
