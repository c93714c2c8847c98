/* SPDX-License-Identifier: MIT
 *
 * Retention arithmetic; see lib/mail/retention.h.
 */
#include "lib/mail/retention.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

struct span_unit {
	char letter;
	int64_t seconds;
};

static const struct span_unit span_units[] = {
	{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800},
};

int64_t retention_cutoff(int64_t now, int64_t retention)
{
	if (retention <= 0 || retention >= now)
		return 0;
	return now - retention;
}

bool retention_is_due(int64_t oldest, int64_t now, int64_t retention)
{
	return oldest > 0 && oldest <= retention_cutoff(now, retention);
}

/* Seconds in the unit that is all of text, in any case; 0 if there is none. */
static int64_t unit_seconds(const char *text)
{
	for (size_t i = 0; i < sizeof(span_units) / sizeof(*span_units); i++) {
		const char unit[2] = {span_units[i].letter, '\0'};

		if (strcasecmp(text, unit) == 0)
			return span_units[i].seconds;
	}
	return 0;
}

int retention_parse(const char *text, int64_t *seconds_r, struct error *error)
{
	size_t digits = strspn(text, "0123456789");
	int64_t value = 0;
	int64_t unit;

	if (strcasecmp(text, "never") == 0 || strcmp(text, "0") == 0) {
		*seconds_r = 0;
		return 0;
	}
	unit = digits == 0 ? 0 : unit_seconds(text + digits);
	if (unit == 0)
		return error_set(error,
				 "\"%s\" is not a time span: write a whole "
				 "number with a unit s, m, h, d or w, such as "
				 "\"7d\", or \"never\"",
				 text);
	for (size_t i = 0; i < digits; i++) {
		int digit = text[i] - '0';

		if (value > (INT64_MAX / unit - digit) / 10)
			return error_set(error,
					 "the time span \"%s\" is too long",
					 text);
		value = value * 10 + digit;
	}
	*seconds_r = value * unit;
	return 0;
}
