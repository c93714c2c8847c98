/* SPDX-License-Identifier: MIT
 *
 * News that could not be published, or whose process was killed before, must
 * not be lost with the process. A mark in the user's home folder says that
 * there is some; the user's next session finds it, and publishes.
 *
 * Each process has a mark of its own, named for its pid, so that none removes
 * another's.
 */
#ifndef ALUMNI_PLUGINS_COMMON_UNPUBLISHED_H
#define ALUMNI_PLUGINS_COMMON_UNPUBLISHED_H

#include <stdbool.h>

struct mail_user;

/* Makes and removes this process's mark of this kind ("usage"). That it cannot
   be made is not an error: the mark is only for the worst case. */
void unpublished_mark(struct mail_user *user, const char *kind);
void unpublished_clear(struct mail_user *user, const char *kind);

/* Leaves the mark to the user's next session, though this process goes on. */
void unpublished_leave(struct mail_user *user, const char *kind);

/* True if a process that is no more has left a mark of this kind. It becomes
   this process's own. */
bool unpublished_inherit(struct mail_user *user, const char *kind);

#endif
