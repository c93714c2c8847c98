/* SPDX-License-Identifier: MIT
 *
 * Visits accounts one after the other, by name and in order, as a mail command
 * of doveadm visits all users: with user look-up, plugins and privileges, but
 * without ever listing all users.
 */
#ifndef ALUMNI_PLUGINS_DOVEADM_VISITS_RUN_H
#define ALUMNI_PLUGINS_DOVEADM_VISITS_RUN_H

#include "plugins/common/dovecot-glue.h"

#include "array.h"

struct mail_user;

struct visits_guide {
	/* Visits one user. next_username is the one after it, or NULL. */
	void (*visit)(struct mail_user *user, const char *next_username);
	/* Called when the user is gone, in nobody's name; may be NULL. */
	void (*between)(void);
};

/* What is needed for all of them alike: settings, plugins, and a connection to
   the userdb. */
struct visits_run;

struct visits_run *visits_run_begin(void);
void visits_run_end(struct visits_run **run);

/* Visits these users until a signal comes. Users that cannot be visited are
   counted as failed, which is logged, and the next is visited; what becomes of
   the others is the guide's to count. */
void visits_run_users(struct visits_run *run,
		      const ARRAY_TYPE(const_string) * names,
		      const struct visits_guide *guide);

#endif
