/* SPDX-License-Identifier: MIT
 *
 * UTF-8; see lib/base/utf8.h.
 */
#include "lib/base/utf8.h"

#include <string.h>
#include <unistr.h>

bool utf8_is_valid(const char *text)
{
	return u8_check((const uint8_t *)text, strlen(text)) == NULL;
}

/* C0, DEL and C1 */
static bool is_control(ucs4_t character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0);
}

/* The length of the printable character that begins at text, which is not
   empty; 0 if there is none. */
static size_t printable_length(const char *text)
{
	ucs4_t character;
	int length = u8_strmbtouc(&character, (const uint8_t *)text);

	return length <= 0 || is_control(character) ? 0 : (size_t)length;
}

bool utf8_is_printable(const char *text)
{
	size_t length = 1;

	for (; *text != '\0' && length > 0; text += length)
		length = printable_length(text);
	return length > 0;
}

void utf8_clean(const char *text, char *clean_r, size_t size)
{
	size_t used = 0;

	while (*text != '\0') {
		size_t length = printable_length(text);
		const char *from = length == 0 ? "?" : text;

		if (length == 0)
			length = 1;
		if (used + length >= size)
			break;
		memcpy(clean_r + used, from, length);
		used += length;
		text += length;
	}
	clean_r[used] = '\0';
}
