/* SPDX-License-Identifier: MIT
 *
 * Composes messages; see lib/mail/message.h.
 */
#include "lib/mail/message.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "lib/base/random.h"
#include "lib/base/utf8.h"
#include "lib/mail/address.h"

#define LINE_OCTETS_MAX 998
/* RFC 5322, section 2.1.1 */
#define HEADER_LINE_OCTETS 78
#define SUBJECT_NAME       "Subject: "
/* A line with encoded words has at most 76 characters (RFC 2047, section 2).
   The first one also holds the name of the header: 39 bytes make 52 digits, 64
   characters with the word's frame. */
#define WORD_BYTES_FIRST 39
#define WORD_BYTES       45
/* RFC 2045, section 6.7: with the "=" of a soft line break */
#define QUOTED_LINE_OCTETS 76
#define ID_BYTES           33

/* ---- headers ---- */

static bool is_one_line(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	}
	return true;
}

/* An ASCII text that no reader takes for an encoded word. */
static bool is_plain(const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if ((unsigned char)*p >= 0x80)
			return false;
	}
	return strstr(text, "=?") == NULL;
}

/* How many bytes of UTF-8, at most `most`, make whole characters. */
static size_t whole_characters(const char *text, size_t most)
{
	size_t length = strnlen(text, most + 1);

	if (length <= most)
		return length;
	length = most;
	while (length > 1 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	return length;
}

static void write_words(FILE *out, const char *text)
{
	size_t most = WORD_BYTES_FIRST;

	while (*text != '\0') {
		char word[sodium_base64_ENCODED_LEN(
			WORD_BYTES, sodium_base64_VARIANT_ORIGINAL)];
		size_t length = whole_characters(text, most);

		(void)sodium_bin2base64(word, sizeof(word),
					(const unsigned char *)text, length,
					sodium_base64_VARIANT_ORIGINAL);
		text += length;
		fprintf(out, "=?utf-8?B?%s?=\n%s", word,
			*text == '\0' ? "" : " ");
		most = WORD_BYTES;
	}
}

static int write_subject(FILE *out, const char *subject)
{
	char *line = strdup(subject);

	if (line == NULL)
		return -1;
	for (char *p = line; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	}
	fputs(SUBJECT_NAME, out);
	if (is_plain(line) &&
	    strlen(SUBJECT_NAME) + strlen(line) <= HEADER_LINE_OCTETS)
		fprintf(out, "%s\n", line);
	else
		write_words(out, line);
	free(line);
	return 0;
}

/* RFC 5322, section 3.3. Not by strftime(), whose names follow the locale. */
static int write_date(FILE *out, int64_t sent_at)
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed",
					   "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr",
					     "May", "Jun", "Jul", "Aug",
					     "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = (time_t)sent_at;
	struct tm parts;

	if (gmtime_r(&seconds, &parts) == NULL)
		return -1;
	fprintf(out, "Date: %s, %d %s %04d %02d:%02d:%02d +0000\n",
		days[parts.tm_wday], parts.tm_mday, months[parts.tm_mon],
		parts.tm_year + 1900, parts.tm_hour, parts.tm_min,
		parts.tm_sec);
	return 0;
}

static int write_head(FILE *out, const struct message *message,
		      const char *encoding)
{
	char from[ADDRESS_BYTES];
	char random[ID_BYTES];

	random_hex(random, sizeof(random));
	address_complete(message->postmaster, message->domain, from);
	fprintf(out,
		"From: <%s>\n"
		"To: <%s>\n",
		from, message->recipient);
	if (write_subject(out, message->subject) < 0 ||
	    write_date(out, message->sent_at) < 0)
		return -1;
	fprintf(out,
		"Message-ID: <%s@%s>\n"
		"Auto-Submitted: auto-generated\n",
		message->id == NULL ? random : message->id, message->domain);
	if (message->header_name != NULL)
		fprintf(out, "%s: %s\n", message->header_name,
			message->header_value);
	fprintf(out,
		"MIME-Version: 1.0\n"
		"Content-Type: text/plain; charset=utf-8\n"
		"Content-Transfer-Encoding: %s\n"
		"\n",
		encoding);
	return 0;
}

/* ---- text ---- */

/* Some programs take a bare CR for the end of a line, others for text. */
static bool fits_in_lines(const char *text)
{
	for (; *text != '\0'; text += strspn(text, "\n")) {
		size_t length = strcspn(text, "\n");

		if (length > LINE_OCTETS_MAX ||
		    memchr(text, '\r', length) != NULL)
			return false;
		text += length;
	}
	return true;
}

/* Whether an octet must be written as =XX (RFC 2045, section 6.7). */
static bool is_quoted(const char *text)
{
	unsigned char c = (unsigned char)*text;

	if (c == ' ' || c == '\t')
		return text[1] == '\n' || text[1] == '\0';
	return c < '!' || c > '~' || c == '=';
}

static void write_quoted(FILE *out, const char *text)
{
	size_t column = 0;

	for (; *text != '\0'; text++) {
		size_t width = is_quoted(text) ? 3 : 1;

		if (*text == '\n') {
			putc('\n', out);
			column = 0;
			continue;
		}
		if (column + width >= QUOTED_LINE_OCTETS) {
			fputs("=\n", out);
			column = 0;
		}
		if (width == 1)
			putc(*text, out);
		else
			fprintf(out, "=%02X", (unsigned char)*text);
		column += width;
	}
}

/* ---- the whole ---- */

static int check(const struct message *message, struct error *error)
{
	const char *const values[] = {message->postmaster, message->domain,
				      message->recipient, message->id,
				      message->header_value};

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		if (values[i] != NULL && !is_one_line(values[i]))
			return error_set(error,
					 "a header of the message would not be "
					 "one line: \"%.64s\"",
					 values[i]);
	}
	if (!utf8_is_valid(message->subject) || !utf8_is_valid(message->text))
		return error_set(error, "the message is not UTF-8");
	return 0;
}

char *message_compose(const struct message *message, struct error *error)
{
	bool fits = fits_in_lines(message->text);
	char *text = NULL;
	size_t size;
	FILE *out;
	int result;

	if (check(message, error) < 0)
		return NULL;
	out = open_memstream(&text, &size);
	if (out == NULL) {
		(void)error_set(error, "out of memory");
		return NULL;
	}
	result = write_head(out, message, fits ? "8bit" : "quoted-printable");
	if (fits)
		fputs(message->text, out);
	else
		write_quoted(out, message->text);
	if (fclose(out) != 0 || result < 0) {
		(void)error_set(error, "the message cannot be made");
		free(text);
		return NULL;
	}
	return text;
}
