/* SPDX-License-Identifier: MIT
 *
 * The simple values of which the values of the dict consist: decimal numbers of
 * 0 or more, alone or several with one space between them, and yes or no.
 *
 * Nothing in this room allocates or keeps a state, so that all of it may be
 * called from any thread. The _format functions write to the caller's buffer,
 * never more than WIRE_VALUE_BYTES with the NUL. Each _parse function accepts
 * what its _format function writes; it returns 0, or -1 with an error that
 * names the text. After -1 the value is not to be used.
 */
#ifndef ALUMNI_PROTOCOL_VALUES_H
#define ALUMNI_PROTOCOL_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

/* Numbers in one value, at most. */
#define WIRE_NUMBERS_MAX 5
/* Digits of the largest int64_t, and the space or NUL behind each number. */
#define WIRE_VALUE_BYTES (WIRE_NUMBERS_MAX * 20)

/* Writes so many numbers, at most WIRE_NUMBERS_MAX; each must be 0 or more. */
void wire_numbers_format(const int64_t *numbers, size_t count,
			 char text_r[WIRE_VALUE_BYTES]);
/* Reads exactly so many numbers: no sign, no other space, at most INT64_MAX. */
int wire_numbers_parse(const char *text, int64_t *numbers_r, size_t count,
		       struct error *error);

/* The same for one number. */
void wire_number_format(int64_t number, char text_r[WIRE_VALUE_BYTES]);
int wire_number_parse(const char *text, int64_t *number_r, struct error *error);

/* "yes" or "no", a constant string. */
const char *wire_yes_no_format(bool yes);
/* Reads the same, in any case of letters, since people type it too. Returns 0,
   or -1 when it is neither. */
int wire_yes_no_parse(const char *text, bool *yes_r);

#endif
