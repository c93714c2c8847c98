/* SPDX-License-Identifier: MIT
 *
 * doveadm alumni expire: visits the accounts whose Trash is due, the oldest
 * first, and no other. The dict service tells which these are, and with -A
 * which there are at all.
 */
#include "plugins/common/dovecot-glue.h"

#include "array.h"
#include "time-util.h"
#include "mail-user.h"
#include "doveadm-mail.h"

#include "plugins/doveadm/cmd-expire.h"
#include "plugins/doveadm/expire-report.h"
#include "plugins/doveadm/expire-user.h"
#include "plugins/doveadm/usage-publish.h"
#include "plugins/doveadm/visits-lock.h"
#include "plugins/doveadm/visits.h"
#include "plugins/doveadm/visits-run.h"
#include "protocol/dict-keys.h"

#define EXPIRE_LOCK "alumni-expire"

static bool expire_try_only;
static unsigned int expire_expunged;

/* ---- what is shown of a visit ---- */

static void expire_print(const char *username, enum expire_result result,
			 const struct expire_tally *tally)
{
	const char *verb = expire_try_only ? "would expunge" : "expunged";
	bool failed = result == EXPIRE_FAILED;
	const char *text, *json, *oldest = NULL;

	if (tally->oldest_left != 0)
		oldest = t_strfgmtime("%Y-%m-%dT%H:%M:%SZ", tally->oldest_left);
	if (result == EXPIRE_NOTHING)
		text = t_strdup_printf("%s: nothing expires", username);
	else
		text = t_strdup_printf("%s: %s%s %u, kept %u%s%s", username,
				       failed ? "failed, " : "", verb,
				       tally->expunged, tally->left,
				       oldest == NULL ? "" : ", oldest saved ",
				       oldest == NULL ? "" : oldest);

	json = t_strdup_printf(
		"%s,%s,\"%s\":%u,\"kept\":%u,%s",
		visits_json_text("account", username),
		visits_json_text("result", failed ? "failed"
					   : result == EXPIRE_NOTHING
						   ? "kept for ever"
						   : "done"),
		t_str_replace(verb, ' ', '_'), tally->expunged, tally->left,
		oldest == NULL ? "\"oldest_saved_at\":null"
			       : visits_json_text("oldest_saved_at", oldest));
	visits_print(text, json);
}

/* ---- the visit of a user that the caller said ---- */

static int cmd_expire_run(struct doveadm_mail_cmd_context *ctx,
			  struct mail_user *user)
{
	struct expire_tally tally;
	enum expire_result result;

	visits.visited++;
	result = expire_user(user, expire_try_only ? EXPIRE_TRY : EXPIRE,
			     &tally);
	expire_expunged += tally.expunged;
	expire_print(user->username, result, &tally);
	if (result == EXPIRE_FAILED) {
		doveadm_mail_failed_error(ctx, MAIL_ERROR_TEMP);
		return -1;
	}
	return 0;
}

static void cmd_expire_preinit(struct doveadm_mail_cmd_context *ctx)
{
	/* root again after each user */
	ctx->service_flags |= MAIL_STORAGE_SERVICE_FLAG_TEMP_PRIV_DROP;
}

static struct doveadm_mail_cmd_context *cmd_expire_alloc(void)
{
	struct doveadm_mail_cmd_context *ctx;

	ctx = doveadm_mail_cmd_alloc(struct doveadm_mail_cmd_context);
	ctx->v.preinit = cmd_expire_preinit;
	ctx->v.run = cmd_expire_run;
	return ctx;
}

/* ---- the visits of those that are due ---- */

struct due_visit {
	char *username;
	struct expire_tally tally;
};

/* Those whose report was not taken, to be visited again: by name, and with what
   was expunged at the first visit. */
static ARRAY(struct due_visit *) due_again;

static void due_visit_free(struct due_visit *visit)
{
	i_free(visit->username);
	i_free(visit);
}

static void due_answered(enum expire_result result, void *context)
{
	struct due_visit *visit = context;

	/* Also of those that a signal keeps from being visited again. */
	expire_expunged += visit->tally.expunged;
	if (result == EXPIRE_AGAIN) {
		array_push_back(&due_again, &visit);
		return;
	}
	if (result == EXPIRE_FAILED)
		visits.failed++;
	T_BEGIN
	{
		expire_print(visit->username, result, &visit->tally);
	}
	T_END;
	due_visit_free(visit);
}

static void due_visit(struct mail_user *user, const char *next_username)
{
	struct due_visit *visit = i_new(struct due_visit, 1);

	visits.visited++;
	visit->username = i_strdup(user->username);
	expire_user_begin(user, expire_try_only ? EXPIRE_TRY : EXPIRE,
			  next_username, &visit->tally, due_answered, visit);
}

static void due_between(void)
{
	if (expire_report_count() >= EXPIRE_REPORTS_MAX)
		expire_report_wait();
}

static const struct visits_guide due_guide = {
	.visit = due_visit,
	.between = due_between,
};

static unsigned int due_expunged_before(const char *username)
{
	struct due_visit *visit;

	array_foreach_elem(&due_again, visit)
	{
		if (strcmp(visit->username, username) == 0)
			return visit->tally.expunged;
	}
	return 0;
}

static void due_visit_again(struct mail_user *user,
			    const char *next_username ATTR_UNUSED)
{
	struct expire_tally tally;
	enum expire_result result = expire_user(user, EXPIRE, &tally);

	expire_expunged += tally.expunged;
	tally.expunged += due_expunged_before(user->username);
	if (result == EXPIRE_FAILED)
		visits.failed++;
	expire_print(user->username, result, &tally);
}

static const struct visits_guide due_again_guide = {
	.visit = due_visit_again,
};

static void due_run_again(struct visits_run *run)
{
	ARRAY_TYPE(const_string) names;
	struct due_visit *visit;
	const char *name;

	t_array_init(&names, array_count(&due_again) + 1);
	array_foreach_elem(&due_again, visit)
	{
		name = visit->username;
		array_push_back(&names, &name);
	}
	visits_run_users(run, &names, &due_again_guide);
	array_foreach_elem(&due_again, visit)
	{
		due_visit_free(visit);
	}
}

static void due_run(const ARRAY_TYPE(const_string) * names)
{
	struct visits_run *run = visits_run_begin();

	i_array_init(&due_again, 4);
	visits.total = array_count(names);
	visits_run_users(run, names, &due_guide);
	expire_report_wait();
	due_run_again(run);
	array_free(&due_again);
	visits_run_end(&run);
}

/* ---- the command ---- */

/* Visits the accounts that the dict lists below prefix, at most so many if max
   is not 0. */
static void expire_visit_listed(const char *prefix, int64_t max)
{
	ARRAY_TYPE(const_string) names;
	pool_t pool;

	pool = pool_alloconly_create("alumni expire", 4096);
	p_array_init(&names, pool, 64);
	visits_list(pool, prefix, &names);
	if (max > 0 && max < array_count(&names))
		array_delete(&names, (unsigned int)max,
			     array_count(&names) - (unsigned int)max);
	due_run(&names);
	pool_unref(&pool);
}

/* Exits when it makes no sense to begin. */
static void expire_check(const struct doveadm_cmd_context *cctx, int64_t *max_r)
{
	const char *number;

	*max_r = 0;
	/* As text: a number that is none would be left out by doveadm, and
	   everything visited. */
	if (doveadm_cmd_param_str(cctx, "max-users", &number) &&
	    (str_to_int64(number, max_r) < 0 || *max_r <= 0))
		i_fatal_status(EX_USAGE, "alumni expire: --max-users must be 1 "
					 "or more");
	if (!usage_publish_is_possible()) {
		i_fatal_status(EX_CONFIG,
			       "alumni expire: mail_plugins lacks "
			       "alumni_quota: what is expunged would still "
			       "count as used; add it beside quota");
	}
	if (expire_try_only)
		return;
	switch (visits_lock(EXPIRE_LOCK)) {
	case 1:
		return;
	case 0:
		i_fatal_status(EX_TEMPFAIL,
			       "alumni expire: Another one is running; this "
			       "one did nothing");
	default:
		i_fatal_status(EX_NOPERM, "alumni expire: Did nothing");
	}
}

static void cmd_expire(struct doveadm_cmd_context *cctx)
{
	const char *expunged;
	int64_t max;

	visits_begin(cctx, "alumni expire");
	expire_expunged = 0;
	expire_try_only = visits_param_is_set(cctx, "dry-run");
	expire_check(cctx, &max);
	if (visits_param_is_set(cctx, "all-users"))
		expire_visit_listed(DICT_KEYS_ACCOUNTS, max);
	else if (visits_are_chosen(cctx))
		visits_run_chosen(cctx);
	else
		expire_visit_listed(DICT_KEYS_TRASH_DUE, max);
	expire_user_finish();
	visits_end();

	expunged = expire_try_only ? "would expunge" : "expunged";
	visits_print(t_strdup_printf("visited %u, %s %u, failed %u",
				     visits.visited, expunged, expire_expunged,
				     visits.failed),
		     t_strdup_printf("\"visited\":%u,\"%s\":%u,\"failed\":%u",
				     visits.visited,
				     t_str_replace(expunged, ' ', '_'),
				     expire_expunged, visits.failed));
}

/* Dovecot's macros hide their braces from the formatter. */
/* clang-format off */
struct doveadm_cmd_ver2 doveadm_cmd_alumni_expire = {
	.name = "alumni expire",
	.usage = "[-n] [--max-users <number>] [--json] [-u <user>|-A]",
	.cmd = cmd_expire,
	.mail_cmd = cmd_expire_alloc,
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('n', "dry-run", CMD_PARAM_BOOL, 0)
DOVEADM_CMD_PARAM('\0', "max-users", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('\0', "json", CMD_PARAM_BOOL, 0)
DOVEADM_CMD_PARAMS_END
};
/* clang-format on */
