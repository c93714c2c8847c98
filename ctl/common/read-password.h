/* SPDX-License-Identifier: MIT
 *
 * Passwords from a terminal, without echo, or from standard input.
 */
#ifndef ALUMNI_CTL_COMMON_READ_PASSWORD_H
#define ALUMNI_CTL_COMMON_READ_PASSWORD_H

#include "lib/base/error.h"
#include "lib/password/hash.h"

#define PASSWORD_BUFFER_BYTES (PASSWORD_BYTES_MAX + 1)

enum read_password_result {
	READ_PASSWORD_OK,
	READ_PASSWORD_BAD,    /* none, too long, with a NUL; with an error */
	READ_PASSWORD_FAILED, /* cannot be read; with an error */
};

/* Reads one line from the descriptor, without its end (LF or CR LF). On a
   terminal it asks with the prompt, on stderr, and turns the echo off
   meanwhile; the terminal is put right again when a signal ends or stops the
   program. The descriptor must not be read through stdio as well. The result
   may be the empty password. Wipe it after use. */
enum read_password_result read_password(int fd, const char *prompt,
					char password_r[PASSWORD_BUFFER_BYTES],
					struct error *error);

#endif
