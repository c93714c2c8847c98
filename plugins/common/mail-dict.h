/* SPDX-License-Identifier: MIT
 *
 * The dict "alumni" as mail processes reach it: through Dovecot's dict
 * service, which alone may touch the account database. The keys are in
 * protocol/dict-keys.h.
 */
#ifndef ALUMNI_PLUGINS_COMMON_MAIL_DICT_H
#define ALUMNI_PLUGINS_COMMON_MAIL_DICT_H

#include <stdbool.h>
#include <time.h>

struct dict;
struct event;
struct ioloop;
struct ioloop_context;
struct mail_user;

/* The dict of this process, which all its users and plugins share, and which
   stays connected for a short while after an operation; else LMTP would connect
   anew for each recipient. Does not touch the dict service yet. Every operation
   on it must be between enter and leave, or be one of the functions below.
   Returns 0, or -1 with an error. */
int mail_dict_get(struct mail_user *user, struct dict **dict_r,
		  const char **error_r);
/* For each time that it was got. */
void mail_dict_put(void);
/* For the end of each plugin that got it, when no user is left. */
void mail_dict_release(void);

/* In between, nothing belongs to the user of the moment, nor to an I/O loop
   that ends before the process does. */
struct mail_dict_scope {
	struct ioloop *ioloop;
	struct ioloop_context *context;
};
void mail_dict_enter(struct mail_dict_scope *scope_r);
void mail_dict_leave(const struct mail_dict_scope *scope);

/* Waits until all that was begun is answered. */
void mail_dict_wait(struct dict *dict);

/* Opens a dict of one's own, without touching the dict service: that it does
   not answer shows at the first operation. idle_msecs is how long it stays
   connected when it has nothing to do. base_dir is Dovecot's base_dir, where
   the service's socket is; parent is the event that its log lines hang on, or
   NULL. Returns 0, or -1 with an error. */
int mail_dict_open(const char *base_dir, struct event *parent,
		   unsigned int idle_msecs, struct dict **dict_r,
		   const char **error_r);

/* True while the dict service is left alone, since it lately did not answer in
   time; an operation would hold up the session for long. */
bool mail_dict_is_paused(void);

/* Tell what became of an operation that was begun at this time. Failures are
   logged once for each outage, as "Cannot WHAT: ERROR". */
void mail_dict_failed(struct mail_user *user, time_t asked_at, const char *what,
		      const char *error);
void mail_dict_answered(void);

/* Looks a key of the user up, and waits for the answer. value_r is in the data
   stack. Returns 1 found, 0 no such value, -1 failed, as is logged, or not even
   tried while the dict is paused. */
int mail_dict_lookup(struct mail_user *user, struct dict *dict, const char *key,
		     const char **value_r);

/* Closes it. No operation may be under way: see
   mail_dict_wait(). */
void mail_dict_close(struct dict **dict);

#endif
