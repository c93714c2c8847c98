/* SPDX-License-Identifier: MIT
 *
 * The daemon's log: one line of key=value pairs per decision on standard
 * error, where the service manager takes it. A line is built on the caller's
 * stack and written by one write(2), so that lines of several threads never
 * mix.
 */
#ifndef ALUMNI_MILTER_SERVICE_LOG_H
#define ALUMNI_MILTER_SERVICE_LOG_H

#include <stddef.h>
#include <stdint.h>

#define LOG_LINE_BYTES 4096

struct log_line {
	/* What does not fit is cut, and the line then ends in "...". */
	char text[LOG_LINE_BYTES];
	size_t used;
};

/* Starts a line with event=EVENT. */
void log_begin(struct log_line *line, const char *event);

/* Adds key=value. The value is quoted when it is empty or holds anything but
   plain characters; quotes and backslashes are escaped and control characters
   become '?', so that text from outside cannot forge a pair or a line. A NULL
   value adds nothing. */
void log_text(struct log_line *line, const char *key, const char *value);
void log_number(struct log_line *line, const char *key, int64_t value);

/* Ends the line: returns its text, with a newline. log_write() writes it too.
 */
const char *log_finish(struct log_line *line);
void log_write(struct log_line *line);

/* A line with nothing but an event and, unless NULL, an error text. */
void log_failure(const char *event, const char *reason);

#endif
