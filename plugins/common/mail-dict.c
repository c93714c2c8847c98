/* SPDX-License-Identifier: MIT
 *
 * The dict "alumni" of a process: when it is connected, when it is left alone,
 * and when an outage is logged; see mail-dict.h.
 *
 * The state belongs to the process and not to a user, since an outage of the
 * dict service is one for all users.
 */
#include "plugins/common/dovecot-glue.h"

#include "module-dir.h"
#include "dict.h"
#include "mail-user.h"
#include "mail-storage-service.h"

#include "plugins/common/mail-dict.h"

/* A dict service that does not answer costs the client's time-out, 30 seconds.
   After that this process leaves it alone for a while: LMTP with many
   recipients would otherwise wait once for each, until Postfix gives up on an
   answer and delivers all of them again. */
#define MAIL_DICT_SILENCE_SECS 10
#define MAIL_DICT_PAUSE_SECS   60

/* Each connection keeps a process of the dict service to itself. */
#define MAIL_DICT_IDLE_MSECS 300

static struct mail_dict_process *module_process(struct module *module)
{
	struct mail_dict_process *process;

	T_BEGIN
	{
		process = module_get_symbol_quiet(
			module, t_strconcat(module->name,
					    MAIL_DICT_SYMBOL_SUFFIX, NULL));
	}
	T_END;
	return process;
}

/* Modules that are loaded later are added behind the others, so the first stays
   the first. All are unloaded together, after the deinit of each. */
static struct mail_dict_process *mail_dict_process(void)
{
	static struct mail_dict_process *found;
	struct module *module = mail_storage_service_modules;

	for (; found == NULL; module = module->next) {
		/* The module that this copy of the function is in has one. */
		i_assert(module != NULL);
		found = module_process(module);
	}
	return found;
}

int mail_dict_get(struct mail_user *user, struct dict **dict_r,
		  const char **error_r)
{
	struct mail_dict_process *process = mail_dict_process();
	struct mail_dict_scope scope;
	int ret = 0;

	if (process->dict == NULL) {
		mail_dict_enter(&scope);
		ret = mail_dict_open(user->set->base_dir, NULL,
				     MAIL_DICT_IDLE_MSECS, &process->dict,
				     error_r);
		mail_dict_leave(&scope);
	}
	if (ret == 0)
		process->users++;
	*dict_r = process->dict;
	return ret;
}

void mail_dict_put(void)
{
	struct mail_dict_process *process = mail_dict_process();

	i_assert(process->users > 0);
	/* A dict whose connect() failed does not try again within the same
	   second: LMTP would not publish the first delivery after an
	   outage. */
	if (--process->users == 0 && process->outage)
		mail_dict_release();
}

void mail_dict_release(void)
{
	struct mail_dict_process *process = mail_dict_process();
	struct mail_dict_scope scope;

	if (process->dict == NULL)
		return;
	mail_dict_enter(&scope);
	mail_dict_close(&process->dict);
	mail_dict_leave(&scope);
}

bool mail_dict_is_paused(void)
{
	return time(NULL) < mail_dict_process()->paused_until;
}

void mail_dict_failed(struct mail_user *user, time_t asked_at, const char *what,
		      const char *error)
{
	struct mail_dict_process *process = mail_dict_process();
	const char *text =
		t_strdup_printf("alumni: Cannot %s: %s", what, error);

	if (time(NULL) - asked_at >= MAIL_DICT_SILENCE_SECS)
		process->paused_until = time(NULL) + MAIL_DICT_PAUSE_SECS;
	if (process->outage)
		e_debug(user->event, "%s", text);
	else
		e_error(user->event, "%s (not said again before it answers)",
			text);
	process->outage = TRUE;
}

void mail_dict_answered(void)
{
	struct mail_dict_process *process = mail_dict_process();

	process->outage = FALSE;
	process->paused_until = 0;
}

int mail_dict_lookup(struct mail_user *user, struct dict *dict, const char *key,
		     const char **value_r)
{
	const char *what = t_strconcat("look up ", key, NULL);
	const char *error = NULL;
	time_t asked_at = time(NULL);
	struct mail_dict_scope scope;
	int ret;

	*value_r = NULL;
	if (mail_dict_is_paused())
		return -1;
	mail_dict_enter(&scope);
	ret = dict_lookup(dict, mail_user_get_dict_op_settings(user),
			  pool_datastack_create(), key, value_r, &error);
	mail_dict_leave(&scope);
	if (ret < 0)
		mail_dict_failed(user, asked_at, what, error);
	else
		mail_dict_answered();
	return ret;
}
