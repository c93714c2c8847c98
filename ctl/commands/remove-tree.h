/* SPDX-License-Identifier: MIT
 *
 * Removes a folder with all that is in it.
 */
#ifndef ALUMNI_CTL_COMMANDS_REMOVE_TREE_H
#define ALUMNI_CTL_COMMANDS_REMOVE_TREE_H

#include "lib/base/error.h"

/* Removes the folder. Follows no symbolic link, even if somebody puts one in
   the way meanwhile, and does not leave the file system. A folder that does not
   exist is no failure. Returns 0, or -1 with an error; then a part of the
   folder may be gone. */
int remove_tree(const char *path, struct error *error);

#endif
