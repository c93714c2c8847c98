/* SPDX-License-Identifier: MIT
 *
 * Marks round a sentence; see refusal.h.
 */
#include "protocol/refusal.h"

#include <stdio.h>
#include <string.h>

void wire_refusal_format(const char *sentence, char text_r[WIRE_REFUSAL_BYTES])
{
	(void)snprintf(text_r, WIRE_REFUSAL_BYTES,
		       WIRE_REFUSAL_BEGIN "%.*s" WIRE_REFUSAL_END,
		       ERROR_TEXT_BYTES - 1, sentence);
}

const char *wire_refusal_parse(const char *error, size_t *length_r)
{
	const char *begin = strstr(error, WIRE_REFUSAL_BEGIN);
	const char *end = NULL;

	if (begin == NULL)
		return NULL;
	begin += strlen(WIRE_REFUSAL_BEGIN);
	/* The last one: a sentence may quote what a person wrote. */
	for (const char *next = strstr(begin, WIRE_REFUSAL_END); next != NULL;
	     next = strstr(next + 1, WIRE_REFUSAL_END))
		end = next;
	if (end == NULL)
		return NULL;
	*length_r = (size_t)(end - begin);
	return begin;
}
