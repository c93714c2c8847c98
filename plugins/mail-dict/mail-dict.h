/* SPDX-License-Identifier: MIT
 *
 * The dict "alumni" as mail processes reach it: through Dovecot's dict
 * service, which alone may touch the account database.
 */
#ifndef ALUMNI_MAIL_DICT_H
#define ALUMNI_MAIL_DICT_H

struct dict;
struct event;

/* The keys; times are Unix seconds, numbers are decimal. priv/ keys belong to
   the user of the operation. */
#define MAIL_DICT_QUOTA_STORAGE  "priv/quota/storage"
#define MAIL_DICT_QUOTA_MESSAGES "priv/quota/messages"
#define MAIL_DICT_TRASH_OLDEST   "priv/trash/oldest"
/* "GENERATION OLDEST RETENTION-SECONDS" */
#define MAIL_DICT_TRASH_STATE "priv/trash/state"
/* set to "GENERATION OLDEST-LEFT" */
#define MAIL_DICT_TRASH_EXPIRED "priv/trash/expired"
/* iterates the accounts whose Trash is due: PREFIX + account name */
#define MAIL_DICT_TRASH_DUE "shared/trash/due/"

/* Opens the dict without touching the dict service: that it does not answer
   shows at the first operation. base_dir is Dovecot's base_dir, where the
   service's socket is; parent is the event that its log lines hang on, or
   NULL. Returns 0, or -1 with an error. */
int mail_dict_open(const char *base_dir, struct event *parent,
		   struct dict **dict_r, const char **error_r);

/* Closes it. No operation may be under way: see dict_wait(). */
void mail_dict_close(struct dict **dict);

#endif
