/* SPDX-License-Identifier: MIT
 *
 * One storage service for all users; see visits-run.h. To run doveadm's own
 * mail command for each would read the settings, load the plugins and connect
 * to the userdb each time, which takes as long as the visit itself.
 */
#include "plugins/common/dovecot-glue.h"

#include <signal.h>

#include "lib-signals.h"
#include "mail-user.h"
#include "mail-storage-service.h"
#include "doveadm.h"
#include "doveadm-mail.h"
#include "doveadm-util.h"

#include "plugins/doveadm/storage-service-glue.h"
#include "plugins/doveadm/visits.h"
#include "plugins/doveadm/visits-run.h"

struct visits_run {
	struct mail_storage_service_ctx *service;
};

static volatile sig_atomic_t visits_signal;

static void visits_killed(const siginfo_t *signal, void *context ATTR_UNUSED)
{
	visits_signal = signal->si_signo;
}

struct visits_run *visits_run_begin(void)
{
	/* root again after each user */
	enum mail_storage_service_flags flags =
		MAIL_STORAGE_SERVICE_FLAG_TEMP_PRIV_DROP |
		MAIL_STORAGE_SERVICE_FLAG_USERDB_LOOKUP |
		MAIL_STORAGE_SERVICE_FLAG_NO_LOG_INIT;
	struct visits_run *run = i_new(struct visits_run, 1);

	if (doveadm_debug)
		flags |= MAIL_STORAGE_SERVICE_FLAG_DEBUG;
	run->service = storage_service_glue_init(flags);
	visits_signal = 0;
	lib_signals_set_handler(SIGINT, 0, visits_killed, NULL);
	lib_signals_set_handler(SIGTERM, 0, visits_killed, NULL);
	return run;
}

void visits_run_end(struct visits_run **_run)
{
	struct visits_run *run = *_run;

	*_run = NULL;
	lib_signals_unset_handler(SIGINT, visits_killed, NULL);
	lib_signals_unset_handler(SIGTERM, visits_killed, NULL);
	mail_storage_service_deinit(&run->service);
	i_free(run);
}

/* Returns 0 visited, -1 failed, logged. */
static int visits_run_user(struct visits_run *run,
			   struct mail_storage_service_user *service_user,
			   const char *next_username,
			   const struct visits_guide *guide)
{
	struct mail_user *user;
	const char *error;

	if (mail_storage_service_next(run->service, service_user, &user,
				      &error) < 0) {
		i_error("%s", error);
		return -1;
	}
	T_BEGIN
	{
		guide->visit(user, next_username);
	}
	T_END;
	mail_user_deinit(&user);
	return 0;
}

static int visits_run_name(struct visits_run *run, const char *username,
			   const char *next_username,
			   const struct visits_guide *guide)
{
	const struct mail_storage_service_input input = {
		.service = "doveadm",
		.username = username,
	};
	struct storage_service_glue_privileges privileges;
	struct mail_storage_service_user *service_user;
	const char *error;
	int ret;

	ret = mail_storage_service_lookup(run->service, &input, &service_user,
					  &error);
	if (ret <= 0) {
		if (ret < 0)
			i_error("User lookup failed: %s", error);
		else
			i_error("User doesn't exist");
		return -1;
	}
	storage_service_glue_remember(&privileges);
	ret = visits_run_user(run, service_user, next_username, guide);
	mail_storage_service_user_unref(&service_user);
	storage_service_glue_restore(&privileges);
	return ret;
}

static bool visits_are_stopped(void)
{
	if (visits_signal == 0 && !doveadm_is_killed())
		return FALSE;
	visits_progress_clear();
	i_error("%s: Stopped by a signal; the accounts that are left stay as "
		"they are",
		visits.command);
	visits.failed++;
	return TRUE;
}

void visits_run_users(struct visits_run *run,
		      const ARRAY_TYPE(const_string) * names,
		      const struct visits_guide *guide)
{
	const char *const *name;
	unsigned int i, count;

	name = array_get(names, &count);
	for (i = 0; i < count; i++) {
		if (visits_are_stopped())
			break;
		i_set_failure_prefix("doveadm(%s): ", name[i]);
		T_BEGIN
		{
			if (visits_run_name(run, name[i],
					    i + 1 < count ? name[i + 1] : NULL,
					    guide) < 0)
				visits.failed++;
		}
		T_END;
		i_set_failure_prefix("doveadm: ");
		if (guide->between != NULL)
			guide->between();
		visits_progress_show();
	}
}
