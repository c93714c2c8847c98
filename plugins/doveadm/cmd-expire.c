/* SPDX-License-Identifier: MIT
 *
 * doveadm alumni expire: visits the accounts whose Trash is due, and no other.
 * The command asks the dict service which these are, then runs itself as a
 * mail command for one user after the other: that gives user look-up, plugins
 * and privileges as for every mail command, and never lists all users.
 */
#include "plugins/dovecot-glue.h"

#include "array.h"
#include "dict.h"
#include "time-util.h"
#include "mail-user.h"
#include "doveadm.h"
#include "doveadm-mail.h"
#include "doveadm-settings.h"

#include "plugins/doveadm/cmd-expire.h"
#include "plugins/doveadm/doveadm-glue.h"
#include "plugins/doveadm/expire-user.h"
#include "plugins/doveadm/usage-publish.h"
#include "plugins/mail-dict/mail-dict.h"

/* Letters of the options that are not those of every mail command. */
#define EXPIRE_OPTIONS "n"

struct expire_totals {
	unsigned int visited;
	unsigned int expunged;
	unsigned int failed;
};

/* Of the command that runs: doveadm gives the visit of one user no way to hand
   a result back but the exit code. */
static struct expire_totals expire_totals;

static bool expire_param_is_set(const struct doveadm_cmd_context *cctx,
				const char *name)
{
	int i;

	for (i = 0; i < cctx->argc; i++) {
		if (strcmp(cctx->argv[i].name, name) == 0)
			return cctx->argv[i].value_set;
	}
	return FALSE;
}

/* ---- the visit of one user ---- */

static void expire_print(const char *username, bool try_only,
			 const struct expire_tally *tally)
{
	printf("%s: %s %u, kept %u", username,
	       try_only ? "would expunge" : "expunged", tally->expunged,
	       tally->left);
	if (tally->oldest_left != 0) {
		printf(", oldest saved %s",
		       t_strfgmtime("%Y-%m-%dT%H:%M:%SZ", tally->oldest_left));
	}
	printf("\n");
}

static int cmd_expire_run(struct doveadm_mail_cmd_context *ctx,
			  struct mail_user *user)
{
	bool try_only = expire_param_is_set(ctx->cctx, "dry-run");
	struct expire_tally tally;
	int ret;

	expire_totals.visited++;
	ret = expire_user(user, try_only, &tally);
	expire_totals.expunged += tally.expunged;
	if (ret < 0) {
		printf("%s: failed, expunged %u\n", user->username,
		       try_only ? 0 : tally.expunged);
		doveadm_mail_failed_error(ctx, MAIL_ERROR_TEMP);
		return -1;
	}
	if (ret == 0)
		printf("%s: nothing expires\n", user->username);
	else
		expire_print(user->username, try_only, &tally);
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
	doveadm_glue_take_options(ctx, EXPIRE_OPTIONS);
	return ctx;
}

/* ---- the command ---- */

/* Runs the mail command with what the caller set, and "user" if not NULL.
   Counts a failure and goes on. */
static void expire_visit(const struct doveadm_cmd_context *cctx,
			 const char *username)
{
	struct doveadm_cmd_context user_cctx = *cctx;
	struct doveadm_cmd_param *argv;
	int i;

	argv = t_new(struct doveadm_cmd_param, cctx->argc);
	memcpy(argv, cctx->argv, sizeof(*argv) * cctx->argc);
	for (i = 0; username != NULL && i < cctx->argc; i++) {
		if (strcmp(argv[i].name, "user") == 0) {
			argv[i].value_set = TRUE;
			argv[i].value.v_string = username;
		}
	}
	user_cctx.argv = argv;

	doveadm_exit_code = 0;
	doveadm_cmd_ver2_to_mail_cmd_wrapper(&user_cctx);
	if (doveadm_exit_code != 0)
		expire_totals.failed++;
	i_set_failure_prefix("doveadm: ");
	fflush(stdout);
}

static int expire_due_read(struct dict *dict, pool_t pool,
			   ARRAY_TYPE(const_string) * names,
			   const char **error_r)
{
	const struct dict_op_settings nobody = {.username = NULL};
	struct dict_iterate_context *iter;
	const char *key, *value, *name;

	iter = dict_iterate_init(dict, &nobody, MAIL_DICT_TRASH_DUE, 0);
	while (dict_iterate(iter, &key, &value)) {
		if (!str_begins_with(key, MAIL_DICT_TRASH_DUE))
			continue;
		name = p_strdup(pool, key + strlen(MAIL_DICT_TRASH_DUE));
		array_push_back(names, &name);
	}
	return dict_iterate_deinit(&iter, error_r);
}

/* Returns the names of the due accounts, or exits: without them there is
   nothing that could be done. */
static void expire_due_get(pool_t pool, ARRAY_TYPE(const_string) * names)
{
	struct dict *dict;
	const char *error = NULL;
	int ret;

	if (mail_dict_open(doveadm_settings->base_dir, NULL, &dict, &error) <
	    0) {
		i_fatal_status(EX_CONFIG,
			       "alumni expire: Cannot open the dict "
			       "\"alumni\": %s",
			       error);
	}
	ret = expire_due_read(dict, pool, names, &error);
	mail_dict_close(&dict);
	if (ret < 0) {
		i_fatal_status(
			EX_CONFIG,
			"alumni expire: Cannot ask which accounts are due: "
			"%s: check that Dovecot runs, that its configuration "
			"serves the dict \"alumni\", and the dict service's "
			"log",
			error);
	}
}

static void expire_visit_due(const struct doveadm_cmd_context *cctx)
{
	ARRAY_TYPE(const_string) names;
	const char *name;
	pool_t pool;

	pool = pool_alloconly_create("alumni expire", 4096);
	p_array_init(&names, pool, 64);
	expire_due_get(pool, &names);
	array_foreach_elem(&names, name)
	{
		if (doveadm_is_killed()) {
			i_error("alumni expire: Stopped by a signal; "
				"the accounts that are left stay due");
			expire_totals.failed++;
			break;
		}
		expire_visit(cctx, name);
	}
	pool_unref(&pool);
}

static void cmd_expire(struct doveadm_cmd_context *cctx)
{
	i_zero(&expire_totals);
	if (!usage_publish_is_possible()) {
		i_fatal_status(EX_CONFIG,
			       "alumni expire: mail_plugins lacks "
			       "alumni_quota: what is expunged would still "
			       "count as used; add it beside quota");
	}
	if (expire_param_is_set(cctx, "user") ||
	    expire_param_is_set(cctx, "user-file") ||
	    expire_param_is_set(cctx, "all-users"))
		expire_visit(cctx, NULL);
	else
		expire_visit_due(cctx);

	printf("visited %u, %s %u, failed %u\n", expire_totals.visited,
	       expire_param_is_set(cctx, "dry-run") ? "would expunge"
						    : "expunged",
	       expire_totals.expunged, expire_totals.failed);
	doveadm_exit_code = expire_totals.failed > 0 ? EX_TEMPFAIL : 0;
}

/* Dovecot's macros hide their braces from the formatter. */
/* clang-format off */
struct doveadm_cmd_ver2 doveadm_cmd_alumni_expire = {
	.name = "alumni expire",
	.usage = "[-n] [-u <user>|-A]",
	.cmd = cmd_expire,
	.mail_cmd = cmd_expire_alloc,
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('n', "dry-run", CMD_PARAM_BOOL, 0)
DOVEADM_CMD_PARAMS_END
};
/* clang-format on */
