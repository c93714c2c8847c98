/* SPDX-License-Identifier: MIT
 *
 * What all operations on the dict "alumni" have in common in one process: when
 * it is left alone, and when an outage is logged; see mail-dict.h.
 *
 * The state is one per process, not per user, since the dict service is.
 */
#include "plugins/dovecot-glue.h"

#include "dict.h"
#include "mail-user.h"

#include "plugins/mail-dict/mail-dict.h"

/* A dict service that does not answer costs the client's time-out, 30 seconds.
   After that this process leaves it alone for a while: LMTP with many
   recipients would otherwise wait once for each, until Postfix gives up on an
   answer and delivers all of them again. */
#define MAIL_DICT_SILENCE_SECS 10
#define MAIL_DICT_PAUSE_SECS   60

static time_t mail_dict_paused_until;
static bool mail_dict_outage;

bool mail_dict_is_paused(void)
{
	return time(NULL) < mail_dict_paused_until;
}

void mail_dict_failed(struct mail_user *user, time_t asked_at, const char *what,
		      const char *error)
{
	const char *text =
		t_strdup_printf("alumni: Cannot %s: %s", what, error);

	if (time(NULL) - asked_at >= MAIL_DICT_SILENCE_SECS)
		mail_dict_paused_until = time(NULL) + MAIL_DICT_PAUSE_SECS;
	if (mail_dict_outage)
		e_debug(user->event, "%s", text);
	else
		e_error(user->event, "%s (not said again before it answers)",
			text);
	mail_dict_outage = TRUE;
}

void mail_dict_answered(void)
{
	mail_dict_outage = FALSE;
	mail_dict_paused_until = 0;
}

int mail_dict_lookup(struct mail_user *user, struct dict *dict, const char *key,
		     const char **value_r)
{
	const char *what = t_strconcat("look up ", key, NULL);
	const char *error = NULL;
	time_t asked_at = time(NULL);
	int ret;

	*value_r = NULL;
	if (mail_dict_is_paused())
		return -1;
	ret = dict_lookup(dict, mail_user_get_dict_op_settings(user),
			  pool_datastack_create(), key, value_r, &error);
	if (ret < 0)
		mail_dict_failed(user, asked_at, what, error);
	else
		mail_dict_answered();
	return ret;
}
