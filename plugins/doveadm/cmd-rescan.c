/* SPDX-License-Identifier: MIT
 *
 * doveadm alumni rescan: publishes usage and the oldest message in Trash anew,
 * as they are in the mailboxes. Sessions keep both right by themselves; this is
 * for mailboxes that were restored, moved here or changed without our plugins.
 */
#include "plugins/common/dovecot-glue.h"

#include "array.h"
#include "mail-user.h"
#include "doveadm-mail.h"

#include "plugins/doveadm/cmd-rescan.h"
#include "plugins/doveadm/expire-user.h"
#include "plugins/doveadm/usage-publish.h"
#include "plugins/doveadm/visits.h"
#include "plugins/doveadm/visits-run.h"
#include "protocol/dict-keys.h"

static void rescan_print(const char *username, enum expire_result outcome,
			 const struct expire_tally *tally)
{
	const char *text, *result;

	if (outcome == EXPIRE_FAILED) {
		text = t_strdup_printf("%s: failed", username);
		result = "failed";
	} else if (outcome == EXPIRE_NOTHING) {
		text = t_strdup_printf("%s: no such account in the store",
				       username);
		result = "unknown";
	} else {
		text = t_strdup_printf("%s: published, %u in Trash", username,
				       tally->left);
		result = "done";
	}
	visits_print(text,
		     t_strdup_printf("%s,%s,\"in_trash\":%u",
				     visits_json_text("account", username),
				     visits_json_text("result", result),
				     tally->left));
}

/* Returns 0, or -1 when it failed. */
static int rescan_user(struct mail_user *user)
{
	struct expire_tally tally;
	enum expire_result result;

	visits.visited++;
	result = expire_user(user, EXPIRE_LOOK, &tally);
	rescan_print(user->username, result, &tally);
	return result == EXPIRE_FAILED ? -1 : 0;
}

static void rescan_visit(struct mail_user *user,
			 const char *next_username ATTR_UNUSED)
{
	if (rescan_user(user) < 0)
		visits.failed++;
}

static const struct visits_guide rescan_guide = {
	.visit = rescan_visit,
};

static int cmd_rescan_run(struct doveadm_mail_cmd_context *ctx,
			  struct mail_user *user)
{
	if (rescan_user(user) < 0) {
		doveadm_mail_failed_error(ctx, MAIL_ERROR_TEMP);
		return -1;
	}
	return 0;
}

static void cmd_rescan_preinit(struct doveadm_mail_cmd_context *ctx)
{
	/* root again after each user */
	ctx->service_flags |= MAIL_STORAGE_SERVICE_FLAG_TEMP_PRIV_DROP;
}

static struct doveadm_mail_cmd_context *cmd_rescan_alloc(void)
{
	struct doveadm_mail_cmd_context *ctx;

	ctx = doveadm_mail_cmd_alloc(struct doveadm_mail_cmd_context);
	ctx->v.preinit = cmd_rescan_preinit;
	ctx->v.run = cmd_rescan_run;
	return ctx;
}

static void rescan_visit_all(void)
{
	ARRAY_TYPE(const_string) names;
	struct visits_run *run;
	pool_t pool;

	pool = pool_alloconly_create("alumni rescan", 4096);
	p_array_init(&names, pool, 1024);
	visits_list(pool, DICT_KEYS_ACCOUNTS, &names);
	visits.total = array_count(&names);
	run = visits_run_begin();
	visits_run_users(run, &names, &rescan_guide);
	visits_run_end(&run);
	pool_unref(&pool);
}

static void cmd_rescan(struct doveadm_cmd_context *cctx)
{
	visits_begin(cctx, "alumni rescan");
	if (!visits_are_chosen(cctx))
		i_fatal_status(EX_USAGE, "alumni rescan: Say which account "
					 "with -u, or -A for all");
	if (!usage_publish_is_possible())
		i_fatal_status(EX_CONFIG, "alumni rescan: mail_plugins lacks "
					  "alumni_quota, which publishes the "
					  "usage; add it beside quota");
	if (visits_param_is_set(cctx, "all-users"))
		rescan_visit_all();
	else
		visits_run_chosen(cctx);
	expire_user_finish();
	visits_end();

	visits_print(t_strdup_printf("visited %u, failed %u", visits.visited,
				     visits.failed),
		     t_strdup_printf("\"visited\":%u,\"failed\":%u",
				     visits.visited, visits.failed));
}

/* Dovecot's macros hide their braces from the formatter. */
/* clang-format off */
struct doveadm_cmd_ver2 doveadm_cmd_alumni_rescan = {
	.name = "alumni rescan",
	.usage = "[--json] -u <user>|-A",
	.cmd = cmd_rescan,
	.mail_cmd = cmd_rescan_alloc,
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('\0', "json", CMD_PARAM_BOOL, 0)
DOVEADM_CMD_PARAMS_END
};
/* clang-format on */
