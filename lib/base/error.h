/* SPDX-License-Identifier: MIT
 *
 * The text of what went wrong, in a buffer that the caller owns.
 *
 * Library functions neither log nor exit. A function that can fail takes a
 * `struct error *` last, fills it only when it returns failure, and leaves it
 * to its caller whether the text reaches a log, a terminal or an SMTP reply.
 * The buffer is of fixed size, so that reporting an error cannot itself fail.
 */
#ifndef ALUMNI_BASE_ERROR_H
#define ALUMNI_BASE_ERROR_H

#define ERROR_TEXT_BYTES 1024

struct error {
	/* One sentence, without a newline, safe to log: says what failed,
	   where, and where it can, how to mend it. Never a secret. Empty
	   until set. */
	char text[ERROR_TEXT_BYTES];
};

/* Sets the text; cuts what is too long. Control characters are replaced with
   '?', so that text from outside cannot forge log lines. Returns -1, the
   failure value of most functions here, so that a caller may write
   `return error_set(error, ...)`. error may be NULL: then nothing is kept. */
int error_set(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Puts "PREFIX: " in front of the text that is there. Returns -1. */
int error_prefix(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
