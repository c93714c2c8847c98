/* SPDX-License-Identifier: MIT
 *
 * The dict "alumni" as mail processes reach it: through Dovecot's dict
 * service, which alone may touch the account database. The keys are in
 * protocol/dict-keys.h.
 */
#ifndef ALUMNI_PLUGINS_COMMON_MAIL_DICT_H
#define ALUMNI_PLUGINS_COMMON_MAIL_DICT_H

#include "plugins/common/dovecot-glue.h"

#include <time.h>

struct dict;
struct event;
struct ioloop;
struct ioloop_context;
struct mail_user;

/* ---- one dict for each process ---- */

/* What the mail plugins of one process have in common. */
struct mail_dict_process {
	struct dict *dict; /* NULL: not opened */
	unsigned int users;
	time_t paused_until; /* Unix seconds */
	bool outage;         /* it was logged that the dict does not answer */
};

/* Each plugin that includes the functions of mail-dict.c has a copy of them,
   and makes room for a struct mail_dict_process under its own name,
   MODULE_mail_dict (MODULE is "alumni_quota_plugin", say). All copies use that
   of the plugin that was loaded first, which they find in Dovecot's list of
   loaded modules. */
#define MAIL_DICT_SYMBOL_SUFFIX "_mail_dict"
#define MAIL_DICT_PROCESS(module)                                              \
	DOVECOT_EXPORT extern struct mail_dict_process module##_mail_dict;     \
	struct mail_dict_process module##_mail_dict

/* Gives the dict that all users and plugins of this process share. Does not
   touch the dict service yet. The dict stays connected for a short while after
   an operation; otherwise LMTP would connect anew for each recipient. Every
   operation on it must be between mail_dict_enter() and mail_dict_leave(), or
   be one of the functions below. Returns 0, and the caller owes a
   mail_dict_put(); or -1 with an error. */
int mail_dict_get(struct mail_user *user, struct dict **dict_r,
		  const char **error_r);
/* Gives it back, once for each mail_dict_get() that returned 0. */
void mail_dict_put(void);
/* Closes it, if it is open. Call from the deinit of each plugin that got it,
   when no user is left. */
void mail_dict_release(void);

/* ---- operations ---- */

/* What was current before mail_dict_enter(). */
struct mail_dict_scope {
	struct ioloop *ioloop;
	struct ioloop_context *context;
};
/* Between the two, nothing that is made belongs to the current user, nor to an
   I/O loop that ends before the process does. */
void mail_dict_enter(struct mail_dict_scope *scope_r);
void mail_dict_leave(const struct mail_dict_scope *scope);

/* Waits until every operation that was begun is answered, or has failed. */
void mail_dict_wait(struct dict *dict);

/* Opens a dict for the caller alone. Does not touch the dict service yet: a
   service that does not answer shows at the first operation. The dict stays
   connected for idle_msecs after an operation. base_dir is Dovecot's base_dir,
   where the socket of the service is. Log lines of the dict belong to the event
   parent, unless that is NULL. Returns 0, and the caller owes a
   mail_dict_close(); or -1 with an error. */
int mail_dict_open(const char *base_dir, struct event *parent,
		   unsigned int idle_msecs, struct dict **dict_r,
		   const char **error_r);

/* True while the dict service is left alone because it did not answer in time a
   short while ago. An operation would hold up the session for long. */
bool mail_dict_is_paused(void);

/* Tell what became of an operation; asked_at is when it was begun, in Unix
   seconds. The first failure of an outage is logged as an error, "Cannot WHAT:
   ERROR", and the others at debug level. An answer ends the outage. */
void mail_dict_failed(struct mail_user *user, time_t asked_at, const char *what,
		      const char *error);
void mail_dict_answered(void);

/* Looks a key of the user up, and waits for the answer. value_r is in the data
   stack. Returns 1 found, 0 no such value, -1 failed: this is logged, or the
   dict is paused and was not asked. */
int mail_dict_lookup(struct mail_user *user, struct dict *dict, const char *key,
		     const char **value_r);

/* Closes the dict, and sets the pointer to NULL. No operation may be under way:
   see mail_dict_wait(). */
void mail_dict_close(struct dict **dict);

#endif
