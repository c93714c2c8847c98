/* SPDX-License-Identifier: MIT
 *
 * Quota arithmetic; see lib/mail/quota.h. Nothing here may overflow: usage
 * comes from a database and sizes from an SMTP client.
 */
#include "lib/mail/quota.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SIZE_STEP_BITS      10
#define LEVEL_SLACK_PERCENT 5

/* Each is SIZE_STEP_BITS larger than the one before. */
static const char size_units[] = "BKMGT";

bool mail_quota_fits(int64_t usage, int64_t size, int64_t limit, int64_t grace)
{
	int64_t room;

	if (limit <= 0)
		return true;
	if (usage < 0)
		usage = 0;
	if (size < 0)
		size = 0;
	if (grace < 0)
		grace = 0;
	room = limit > INT64_MAX - grace ? INT64_MAX : limit + grace;
	return usage <= room && size <= room - usage;
}

/* limit * percent / 100, rounded up, without overflow. */
static int64_t share_of(int64_t limit, int percent)
{
	int64_t rest = limit % 100;

	return limit / 100 * percent + (rest * percent + 99) / 100;
}

enum mail_quota_level mail_quota_level(int64_t usage, int64_t limit,
				       enum mail_quota_level warned)
{
	static const enum mail_quota_level levels[] = {
		MAIL_QUOTA_LEVEL_FULL,
		MAIL_QUOTA_LEVEL_URGENT,
		MAIL_QUOTA_LEVEL_WARNING,
	};

	for (size_t i = 0; limit > 0 && i < sizeof(levels) / sizeof(*levels);
	     i++) {
		int percent = (int)levels[i];

		if (levels[i] <= warned)
			percent -= LEVEL_SLACK_PERCENT;
		if (usage >= share_of(limit, percent))
			return levels[i];
	}
	return MAIL_QUOTA_LEVEL_NONE;
}

/* Reads what follows the digits: "", "B", or K, M, G, T with an optional "B"
   or "iB". Returns the power of two that it stands for, or -1. */
static int parse_unit(const char *text)
{
	static const char *const suffixes[] = {"", "B", "iB"};
	char letter[2] = {text[0], '\0'};

	if (text[0] == '\0' || strcasecmp(text, "B") == 0)
		return 0;
	for (int i = 1; size_units[i] != '\0'; i++) {
		char unit[2] = {size_units[i], '\0'};

		if (strcasecmp(letter, unit) != 0)
			continue;
		for (size_t s = 0; s < sizeof(suffixes) / sizeof(*suffixes);
		     s++) {
			if (strcasecmp(text + 1, suffixes[s]) == 0)
				return i * SIZE_STEP_BITS;
		}
	}
	return -1;
}

int mail_quota_parse(const char *text, int64_t *bytes_r, struct error *error)
{
	size_t digits = strspn(text, "0123456789");
	int64_t value = 0;
	int bits;

	if (strcasecmp(text, "unlimited") == 0) {
		*bytes_r = 0;
		return 0;
	}
	bits = digits == 0 ? -1 : parse_unit(text + digits);
	if (bits < 0)
		return error_set(error,
				 "\"%s\" is not a size: write a whole number "
				 "with a unit B, K, M, G or T, such as "
				 "\"500M\", or \"unlimited\"",
				 text);
	for (size_t i = 0; i < digits; i++) {
		int digit = text[i] - '0';

		if (value > (INT64_MAX - digit) / 10)
			return error_set(error, "the size \"%s\" is too large",
					 text);
		value = value * 10 + digit;
	}
	if (value > INT64_MAX >> bits)
		return error_set(error, "the size \"%s\" is too large", text);
	*bytes_r = value << bits;
	return 0;
}

void mail_quota_format(int64_t bytes, char *text_r, size_t size)
{
	const char *sign = bytes < 0 ? "-" : "";
	uint64_t magnitude = bytes < 0 ? -(uint64_t)bytes : (uint64_t)bytes;
	unsigned int unit = 0;
	uint64_t whole = magnitude;
	unsigned int hundredths = 0;

	/* Rounding may fill the unit (1023.999 KB): then the next is used. */
	while (whole >= 1024 && size_units[unit + 1] != '\0') {
		uint64_t divisor;
		uint64_t rest;

		unit++;
		divisor = UINT64_C(1) << (unit * SIZE_STEP_BITS);
		rest = magnitude % divisor * 100 + divisor / 2;
		whole = magnitude / divisor + rest / divisor / 100;
		hundredths = (unsigned int)(rest / divisor % 100);
	}
	if (hundredths == 0)
		(void)snprintf(text_r, size, "%s%" PRIu64 " %c%s", sign, whole,
			       size_units[unit], unit == 0 ? "" : "B");
	else if (hundredths % 10 == 0)
		(void)snprintf(text_r, size, "%s%" PRIu64 ".%u %cB", sign,
			       whole, hundredths / 10, size_units[unit]);
	else
		(void)snprintf(text_r, size, "%s%" PRIu64 ".%02u %cB", sign,
			       whole, hundredths, size_units[unit]);
}
