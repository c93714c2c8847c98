/* SPDX-License-Identifier: MIT
 *
 * What commands that visit many accounts have in common: which accounts, and
 * what is shown. Output goes to the terminal line by line, as text or JSON,
 * with a progress bar on standard error when that is a terminal.
 *
 * One command runs in a process, and doveadm gives the visit of a user no way
 * to hand a result back, so its state is one per process.
 */
#ifndef ALUMNI_PLUGINS_DOVEADM_VISITS_H
#define ALUMNI_PLUGINS_DOVEADM_VISITS_H

#include "plugins/common/dovecot-glue.h"

#include "array.h"
#include "doveadm.h"

struct visits {
	const char *command; /* "alumni expire", for messages */
	bool json;
	unsigned int total; /* 0: not known */
	unsigned int visited;
	unsigned int failed;
};

extern struct visits visits;

/* Begins a command: takes --json, and forgets an earlier run. */
void visits_begin(const struct doveadm_cmd_context *cctx, const char *command);

/* True if the caller set the parameter. */
bool visits_param_is_set(const struct doveadm_cmd_context *cctx,
			 const char *name);
/* True if the caller said which users, by -u, -A or -F. */
bool visits_are_chosen(const struct doveadm_cmd_context *cctx);

/* Fills in the accounts that the dict iterates below prefix. Exits with
   EX_CONFIG when it cannot be asked: then nothing can be done.

   For -A too, and not by doveadm's own list of users, which does not say how
   many there are, and in Dovecot 2.4.0 to 2.4.2 ends early with many of them:
   auth_worker_request_handle() closes the auth worker's connection when the
   reader is to pause (mended by Dovecot's commit 41b244c99b). */
void visits_list(pool_t pool, const char *prefix,
		 ARRAY_TYPE(const_string) * names);

/* Runs the command's mail command for the users that the caller said. */
void visits_run_chosen(const struct doveadm_cmd_context *cctx);

/* The progress bar, on a terminal and when the total is known. */
void visits_progress_clear(void);
void visits_progress_show(void);

/* Prints a line of output: text, or the members of a JSON object. */
void visits_print(const char *text, const char *json_members);
/* "name":"value", escaped */
const char *visits_json_text(const char *name, const char *value);

/* Removes the progress bar and sets the exit code: EX_TEMPFAIL when a visit
   failed. */
void visits_end(void);

#endif
