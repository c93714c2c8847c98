/* SPDX-License-Identifier: MIT
 *
 * Telling the person at the terminal what went wrong, in one line that no
 * text from outside can forge.
 */
#include "ctl/common/report.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/error.h"

int report(int status, const char *format, ...)
{
	char text[ERROR_TEXT_BYTES];
	char clean[ERROR_TEXT_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	text_clean(text, clean, sizeof(clean));
	fprintf(stderr, "alumnictl: %s\n", clean);
	return status;
}

/* The length of the character that begins at text (RFC 3629), or 0 when it is
   a control character or no UTF-8. Shortest forms only; no surrogates. */
static size_t character_length(const unsigned char *text)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t code = text[0];
	size_t length;

	if (code < 0x80)
		return code < 0x20 || code == 0x7f ? 0 : 1;
	if (code >= 0xf8 || code < 0xc0)
		return 0;
	length = code >= 0xf0 ? 4 : code >= 0xe0 ? 3 : 2;
	code &= 0x7fU >> length;
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (code < smallest[length] || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff) || code < 0xa0)
		return 0;
	return length;
}

void text_clean(const char *text, char *clean_r, size_t size)
{
	const unsigned char *from = (const unsigned char *)text;
	size_t used = 0;

	while (*from != '\0') {
		size_t length = character_length(from);

		if (used + (length == 0 ? 1 : length) >= size)
			break;
		if (length == 0) {
			clean_r[used++] = '?';
			from++;
			continue;
		}
		memcpy(clean_r + used, from, length);
		used += length;
		from += length;
	}
	clean_r[used] = '\0';
}

bool text_is_clean(const char *text)
{
	const unsigned char *from = (const unsigned char *)text;
	size_t length = 1;

	for (; *from != '\0' && length > 0; from += length)
		length = character_length(from);
	return length > 0;
}
