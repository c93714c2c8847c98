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
/* Adds key=NUMBER. */
void log_number(struct log_line *line, const char *key, int64_t value);

/* Ends the line, and returns its text with a newline. */
const char *log_finish(struct log_line *line);
/* Ends the line and writes it. A log that cannot be written stops nothing. */
void log_write(struct log_line *line);

/* Writes a line with an event and, unless it is NULL, a reason. */
void log_failure(const char *event, const char *reason);

#endif
