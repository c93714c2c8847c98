/* SPDX-License-Identifier: MIT
 *
 * Files that are made once, with a secret in them or what belongs to one.
 */
#ifndef ALUMNI_CTL_COMMON_NEW_FILE_H
#define ALUMNI_CTL_COMMON_NEW_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#define NEW_FILE_ANY_GROUP ((gid_t)-1)

struct new_file {
	const char *path;
	mode_t mode;
	gid_t group;  /* that the file is given to, with owner root */
	bool replace; /* a file that is there may go */
};

/* Writes the line and a newline. The file is there whole or not at all. Returns
   an exit status after a report() of what went wrong. */
int new_file_write(const struct new_file *file, const char *line);

#endif
