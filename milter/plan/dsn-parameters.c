/* SPDX-License-Identifier: MIT
 *
 * NOTIFY and ORCPT; see milter/plan/dsn-parameters.h.
 */
#include "milter/plan/dsn-parameters.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *keyword;
	unsigned int bit;
} notify_keywords[] = {
	{"NEVER", DSN_NOTIFY_NEVER},
	{"SUCCESS", DSN_NOTIFY_SUCCESS},
	{"FAILURE", DSN_NOTIFY_FAILURE},
	{"DELAY", DSN_NOTIFY_DELAY},
};

#define NOTIFY_KEYWORDS (sizeof(notify_keywords) / sizeof(notify_keywords[0]))

static unsigned int notify_bit(const char *word, size_t length)
{
	for (size_t i = 0; i < NOTIFY_KEYWORDS; i++) {
		const char *keyword = notify_keywords[i].keyword;

		if (strlen(keyword) == length &&
		    strncasecmp(keyword, word, length) == 0)
			return notify_keywords[i].bit;
	}
	return DSN_NOTIFY_UNSET;
}

unsigned int dsn_notify_parse(const char *value)
{
	unsigned int notify = DSN_NOTIFY_UNSET;

	if (value == NULL)
		return DSN_NOTIFY_UNSET;
	for (;;) {
		size_t length = strcspn(value, ",");
		unsigned int bit = notify_bit(value, length);

		if (bit == DSN_NOTIFY_UNSET)
			return DSN_NOTIFY_UNSET;
		notify |= bit;
		if (value[length] == '\0')
			break;
		value += length + 1;
	}
	/* NEVER stands alone (RFC 3461, section 4.1). */
	if ((notify & DSN_NOTIFY_NEVER) != 0 && notify != DSN_NOTIFY_NEVER)
		return DSN_NOTIFY_UNSET;
	return notify;
}

unsigned int dsn_notify_merge(unsigned int a, unsigned int b)
{
	if (a == b || b == DSN_NOTIFY_NEVER)
		return a;
	if (a == DSN_NOTIFY_NEVER)
		return b;
	if (a == DSN_NOTIFY_UNSET)
		a = DSN_NOTIFY_FAILURE | DSN_NOTIFY_DELAY;
	if (b == DSN_NOTIFY_UNSET)
		b = DSN_NOTIFY_FAILURE | DSN_NOTIFY_DELAY;
	return a | b;
}

struct writer {
	char *text;
	size_t used;
	size_t size;
	int overflow;
};

static void write_char(struct writer *writer, char c)
{
	if (writer->used + 1 >= writer->size) {
		writer->overflow = 1;
		return;
	}
	writer->text[writer->used++] = c;
}

static void write_text(struct writer *writer, const char *text)
{
	for (; *text != '\0'; text++)
		write_char(writer, *text);
}

/* RFC 3461, section 4: '+', '=' and all characters that are not printable ASCII
   become '+' and two hexadecimal digits in upper case. */
static void write_xtext(struct writer *writer, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c > 0x20 && c < 0x7f && c != '+' && c != '=') {
			write_char(writer, (char)c);
			continue;
		}
		write_char(writer, '+');
		write_char(writer, digits[c >> 4]);
		write_char(writer, digits[c & 15]);
	}
}

static void write_notify(struct writer *writer, unsigned int notify)
{
	const char *separator = " NOTIFY=";

	for (size_t i = 0; i < NOTIFY_KEYWORDS; i++) {
		if ((notify & notify_keywords[i].bit) == 0)
			continue;
		write_text(writer, separator);
		write_text(writer, notify_keywords[i].keyword);
		separator = ",";
	}
}

/* An MTA passes on no other values. A value with a blank in it would be two
   parameters. */
static bool is_parameter_value(const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if ((unsigned char)*p <= 0x20 || *p == 0x7f)
			return false;
	}
	return text[0] != '\0';
}

int dsn_parameters_format(const char *orcpt, const char *address,
			  unsigned int notify,
			  char parameters_r[DSN_PARAMETERS_BYTES])
{
	struct writer writer = {
		.text = parameters_r,
		.size = DSN_PARAMETERS_BYTES,
	};

	write_text(&writer, "ORCPT=");
	if (orcpt != NULL && is_parameter_value(orcpt)) {
		write_text(&writer, orcpt);
	} else {
		write_text(&writer, "rfc822;");
		write_xtext(&writer, address);
	}
	write_notify(&writer, notify);
	if (writer.overflow)
		writer.used = 0;
	parameters_r[writer.used] = '\0';
	return writer.overflow ? -1 : 0;
}
