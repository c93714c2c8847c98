/* SPDX-License-Identifier: MIT
 *
 * Numbers, and yes or no; see values.h.
 */
#include "protocol/values.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

void wire_numbers_format(const int64_t *numbers, size_t count,
			 char text_r[WIRE_VALUE_BYTES])
{
	size_t used = 0;

	text_r[0] = '\0';
	for (size_t i = 0; i < count && used < WIRE_VALUE_BYTES; i++)
		used += (size_t)snprintf(text_r + used, WIRE_VALUE_BYTES - used,
					 i == 0 ? "%" PRId64 : " %" PRId64,
					 numbers[i]);
}

/* Reads a number, and moves past it. */
static int read_number(const char **text, int64_t *number_r)
{
	char *end;

	/* strtoll() would take spaces and signs. */
	if (**text < '0' || **text > '9')
		return -1;
	errno = 0;
	*number_r = strtoll(*text, &end, 10);
	if (errno != 0)
		return -1;
	*text = end;
	return 0;
}

static int read_numbers(const char *text, int64_t *numbers_r, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && *text++ != ' ')
			return -1;
		if (read_number(&text, &numbers_r[i]) < 0)
			return -1;
	}
	return *text == '\0' ? 0 : -1;
}

int wire_numbers_parse(const char *text, int64_t *numbers_r, size_t count,
		       struct error *error)
{
	if (read_numbers(text, numbers_r, count) == 0)
		return 0;
	return error_set(error,
			 "\"%.128s\" is not %zu decimal numbers of 0 or more",
			 text, count);
}

void wire_number_format(int64_t number, char text_r[WIRE_VALUE_BYTES])
{
	wire_numbers_format(&number, 1, text_r);
}

int wire_number_parse(const char *text, int64_t *number_r, struct error *error)
{
	if (read_numbers(text, number_r, 1) == 0)
		return 0;
	return error_set(
		error, "\"%.64s\" is not a decimal number of 0 or more", text);
}

const char *wire_yes_no_format(bool yes)
{
	return yes ? "yes" : "no";
}

int wire_yes_no_parse(const char *text, bool *yes_r)
{
	*yes_r = strcasecmp(text, "yes") == 0;
	return *yes_r || strcasecmp(text, "no") == 0 ? 0 : -1;
}
