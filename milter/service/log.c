/* SPDX-License-Identifier: MIT
 *
 * Log lines; see milter/service/log.h.
 */
#include "milter/service/log.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Kept free for the mark of a cut line, the newline and the NUL. */
#define LOG_TAIL_BYTES 8

static void put(struct log_line *line, char c)
{
	if (line->used < sizeof(line->text) - LOG_TAIL_BYTES)
		line->text[line->used] = c;
	/* Counts on, so that log_finish() knows that something was cut. */
	line->used++;
}

static void put_plain(struct log_line *line, const char *text)
{
	for (; *text != '\0'; text++)
		put(line, *text);
}

static void put_key(struct log_line *line, const char *key)
{
	if (line->used > 0)
		put(line, ' ');
	put_plain(line, key);
	put(line, '=');
}

static bool needs_quotes(const char *value)
{
	if (*value == '\0')
		return true;
	for (const char *p = value; *p != '\0'; p++) {
		if ((unsigned char)*p <= 0x20 || *p == 0x7f || *p == '"' ||
		    *p == '\\')
			return true;
	}
	return false;
}

static void put_quoted(struct log_line *line, const char *value)
{
	put(line, '"');
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			put(line, '\\');
		if ((unsigned char)*value < 0x20 || *value == 0x7f)
			put(line, '?');
		else
			put(line, *value);
	}
	put(line, '"');
}

void log_begin(struct log_line *line, const char *event)
{
	line->used = 0;
	log_text(line, "event", event);
}

void log_text(struct log_line *line, const char *key, const char *value)
{
	if (value == NULL)
		return;
	put_key(line, key);
	if (needs_quotes(value))
		put_quoted(line, value);
	else
		put_plain(line, value);
}

void log_number(struct log_line *line, const char *key, int64_t value)
{
	char digits[24];

	(void)snprintf(digits, sizeof(digits), "%" PRId64, value);
	put_key(line, key);
	put_plain(line, digits);
}

const char *log_finish(struct log_line *line)
{
	const size_t room = sizeof(line->text) - LOG_TAIL_BYTES;
	const char *tail = "\n";

	if (line->used > room) {
		line->used = room;
		tail = "...\n";
	}
	memcpy(line->text + line->used, tail, strlen(tail) + 1);
	line->used += strlen(tail);
	return line->text;
}

void log_write(struct log_line *line)
{
	(void)log_finish(line);
	/* A log that cannot be written must not stop the mail. */
	if (write(STDERR_FILENO, line->text, line->used) < 0)
		return;
}

void log_failure(const char *event, const char *reason)
{
	struct log_line line;

	log_begin(&line, event);
	log_text(&line, "reason", reason);
	log_write(&line);
}
