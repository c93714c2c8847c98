/* SPDX-License-Identifier: MIT
 *
 * Secrets that live in files of their own.
 */
#ifndef ALUMNI_BASE_SECRET_FILE_H
#define ALUMNI_BASE_SECRET_FILE_H

#include <stddef.h>

#include "lib/base/error.h"

#define SECRET_BYTES_MAX 1024

/* Reads the lines of a secret file: blank lines and those that begin with #
   are left out, white space at line ends is stripped. A file that others than
   its owner and group may read, that is no regular file, or that holds no
   secret or more than max of them is an error which says how to mend it.
   lines_r gets count_r strings; free them with secret_file_free().
   Returns 0, or -1 with an error. */
int secret_file_read(const char *path, size_t max, char ***lines_r,
		     size_t *count_r, struct error *error);

/* Wipes and frees; sets the pointer to NULL. */
void secret_file_free(char ***lines, size_t count);

#endif
