/* SPDX-License-Identifier: MIT
 *
 * Removes a folder with all that is in it.
 */
#ifndef ALUMNI_CTL_COMMANDS_REMOVE_TREE_H
#define ALUMNI_CTL_COMMANDS_REMOVE_TREE_H

#include "lib/base/error.h"

/* Follows no symbolic link, also if one is put in the way meanwhile, and does
   not leave the file system. That it is not there is no failure. Returns 0, or
   -1 with an error: then a part of it may be gone. */
int remove_tree(const char *path, struct error *error);

#endif
