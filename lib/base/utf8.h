/* SPDX-License-Identifier: MIT
 *
 * Text in UTF-8 (RFC 3629): in its shortest forms, without surrogates.
 */
#ifndef ALUMNI_BASE_UTF8_H
#define ALUMNI_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* True if the text is UTF-8. */
bool utf8_is_valid(const char *text);

/* True if the text is UTF-8 without control characters, so that it can stand
   in one line of a terminal or a log. */
bool utf8_is_printable(const char *text);

/* Copies the text. Control characters, and bytes that are not UTF-8, become
   '?'. The copy is cut before the character that does not fit. size is that of
   clean_r, at least 1. */
void utf8_clean(const char *text, char *clean_r, size_t size);

#endif
