/* SPDX-License-Identifier: MIT
 *
 * Of the commands that expire, one runs at a time.
 */
#ifndef ALUMNI_PLUGINS_DOVEADM_VISITS_LOCK_H
#define ALUMNI_PLUGINS_DOVEADM_VISITS_LOCK_H

/* Takes the lock of this name in Dovecot's base_dir, and keeps it until the
   process ends, however it ends. Returns 1 taken, 0 another process has it, -1
   failed, which is logged. */
int visits_lock(const char *name);

#endif
