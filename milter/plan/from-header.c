/* SPDX-License-Identifier: MIT
 *
 * Addresses of a From header; see milter/plan/from-header.h. The addresses
 * found here must be the ones that a mail program shows, so any unusual syntax
 * counts as malformed.
 */
#include "milter/plan/from-header.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define SPACE " \t\r\n"

/* Collected text, with each run of spaces between words as one space. */
struct gathered {
	char text[ADDRESS_BYTES];
	size_t used;
	bool pending_space;
	bool too_long;
};

static void gather(struct gathered *gathered, const char *text, size_t length)
{
	size_t space = gathered->pending_space && gathered->used > 0 ? 1 : 0;

	gathered->pending_space = false;
	if (length + space >= sizeof(gathered->text) - gathered->used) {
		gathered->too_long = true;
		return;
	}
	if (space > 0)
		gathered->text[gathered->used++] = ' ';
	memcpy(gathered->text + gathered->used, text, length);
	gathered->used += length;
}

static void forget(struct gathered *gathered)
{
	gathered->used = 0;
	gathered->pending_space = gathered->too_long = false;
}

/* Both return the text after the end, or NULL if there is no end. */
static const char *end_of_quoted(const char *text)
{
	for (text++; *text != '"'; text++) {
		if (*text == '\\' && text[1] != '\0')
			text++;
		else if (*text == '\0')
			return NULL;
	}
	return text + 1;
}

static const char *end_of_comment(const char *text)
{
	unsigned int depth = 0;

	for (; *text != '\0'; text++) {
		if (*text == '\\' && text[1] != '\0')
			text++;
		else if (*text == '(')
			depth++;
		else if (*text == ')' && --depth == 0)
			return text + 1;
	}
	return NULL;
}

/* Collects text up to one of the ends, which is not consumed. Returns the
   position of that end, or the end of the text, or NULL if the text is
   malformed. */
static const char *gather_until(const char *text, const char *ends,
				struct gathered *gathered)
{
	while (text != NULL && *text != '\0' && strchr(ends, *text) == NULL) {
		const char *next = text + 1;

		if (strchr(SPACE, *text) != NULL) {
			gathered->pending_space = true;
		} else if (*text == '(') {
			next = end_of_comment(text);
			gathered->pending_space = true;
		} else {
			if (*text == '"')
				next = end_of_quoted(text);
			if (next != NULL)
				gather(gathered, text, (size_t)(next - text));
		}
		text = next;
	}
	return text;
}

static enum from_header_result finish(const struct gathered *gathered,
				      char address_r[ADDRESS_BYTES])
{
	if (gathered->used == 0 || gathered->too_long)
		return FROM_HEADER_MALFORMED;
	memcpy(address_r, gathered->text, gathered->used);
	address_r[gathered->used] = '\0';
	return FROM_HEADER_ADDRESS;
}

/* At '<': reads the address in brackets. Only space may follow before the next
   address. */
static enum from_header_result take_brackets(const char **position,
					     const char *text,
					     char address_r[ADDRESS_BYTES])
{
	struct gathered inside = {.used = 0};
	struct gathered rest = {.used = 0};

	text = gather_until(text + 1, "<>", &inside);
	if (text == NULL || *text != '>')
		return FROM_HEADER_MALFORMED;
	text = gather_until(text + 1, ",;<>", &rest);
	if (text == NULL || *text == '<' || *text == '>' || rest.used > 0)
		return FROM_HEADER_MALFORMED;
	*position = text;
	return finish(&inside, address_r);
}

enum from_header_result from_header_next(const char **position,
					 char address_r[ADDRESS_BYTES])
{
	struct gathered words = {.used = 0};
	const char *text = *position;

	for (;;) {
		text = gather_until(text, ",;:<>", &words);
		if (text == NULL || *text == '>')
			return FROM_HEADER_MALFORMED;
		if (*text == '<')
			return take_brackets(position, text, address_r);
		if (*text == ':') {
			/* The name of a group. If it is an address, a mail
			   program would show it as one. */
			if (memchr(words.text, '@', words.used) != NULL)
				return FROM_HEADER_MALFORMED;
			forget(&words);
			text++;
			continue;
		}
		*position = text;
		if (words.used > 0)
			return finish(&words, address_r);
		if (*text == '\0')
			return FROM_HEADER_END;
		/* Between two addresses, or in an empty group. */
		text++;
	}
}
