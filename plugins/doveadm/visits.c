/* SPDX-License-Identifier: MIT
 *
 * Visiting many accounts with a mail command; see visits.h.
 */
#include "plugins/common/dovecot-glue.h"

#include <stdio.h>
#include <unistd.h>

#include "dict.h"
#include "str.h"
#include "doveadm-mail.h"
#include "doveadm-settings.h"

#include "plugins/doveadm/visits.h"
#include "plugins/common/mail-dict.h"

#define PROGRESS_CELLS 30

struct visits visits;

/* Parameters that doveadm itself knows; those of our own are none of the mail
   command's business. */
static const char *const common_parameters[] = {
	"all-users", "socket-path", "user", "user-file", "trans-flags", NULL,
};

bool visits_param_is_set(const struct doveadm_cmd_context *cctx,
			 const char *name)
{
	int i;

	for (i = 0; i < cctx->argc; i++) {
		if (strcmp(cctx->argv[i].name, name) == 0)
			return cctx->argv[i].value_set;
	}
	return FALSE;
}

bool visits_are_chosen(const struct doveadm_cmd_context *cctx)
{
	return visits_param_is_set(cctx, "user") ||
	       visits_param_is_set(cctx, "user-file") ||
	       visits_param_is_set(cctx, "all-users");
}

void visits_begin(const struct doveadm_cmd_context *cctx, const char *command)
{
	i_zero(&visits);
	visits.command = command;
	visits.json = visits_param_is_set(cctx, "json");
}

/* ---- output ---- */

static bool progress_is_shown(void)
{
	return visits.total > 0 && isatty(STDERR_FILENO) == 1;
}

void visits_progress_clear(void)
{
	if (progress_is_shown())
		fprintf(stderr, "\r\033[K");
}

void visits_progress_show(void)
{
	unsigned int cells, i;

	if (!progress_is_shown())
		return;
	cells = (unsigned int)((uint64_t)visits.visited * PROGRESS_CELLS /
			       visits.total);
	fprintf(stderr, "\r\033[K[");
	for (i = 0; i < PROGRESS_CELLS; i++)
		fputc(i < cells ? '#' : '.', stderr);
	fprintf(stderr, "] %u of %u", visits.visited, visits.total);
	fflush(stderr);
}

const char *visits_json_text(const char *name, const char *value)
{
	string_t *text = t_str_new(128);

	str_printfa(text, "\"%s\":\"", name);
	for (; *value != '\0'; value++) {
		if ((unsigned char)*value < ' ')
			str_printfa(text, "\\u%04x", (unsigned char)*value);
		else if (*value == '"' || *value == '\\')
			str_printfa(text, "\\%c", *value);
		else
			str_append_c(text, *value);
	}
	str_append_c(text, '"');
	return str_c(text);
}

void visits_print(const char *text, const char *json_members)
{
	visits_progress_clear();
	if (visits.json)
		printf("{%s}\n", json_members);
	else
		printf("%s\n", text);
	fflush(stdout);
}

void visits_end(void)
{
	visits_progress_clear();
	doveadm_exit_code = visits.failed > 0 ? EX_TEMPFAIL : 0;
}

/* ---- accounts ---- */

static int visits_read(struct dict *dict, pool_t pool, const char *prefix,
		       ARRAY_TYPE(const_string) * names, const char **error_r)
{
	const struct dict_op_settings nobody = {.username = NULL};
	struct dict_iterate_context *iter;
	const char *key, *value, *name;

	iter = dict_iterate_init(dict, &nobody, prefix, 0);
	while (dict_iterate(iter, &key, &value)) {
		if (!str_begins_with(key, prefix))
			continue;
		name = p_strdup(pool, key + strlen(prefix));
		array_push_back(names, &name);
	}
	return dict_iterate_deinit(&iter, error_r);
}

void visits_list(pool_t pool, const char *prefix,
		 ARRAY_TYPE(const_string) * names)
{
	struct dict *dict;
	const char *error = NULL;
	int ret;

	if (mail_dict_open(doveadm_settings->base_dir, NULL, 0, &dict, &error) <
	    0) {
		i_fatal_status(EX_CONFIG,
			       "%s: Cannot open the dict \"alumni\": %s",
			       visits.command, error);
	}
	ret = visits_read(dict, pool, prefix, names, &error);
	mail_dict_close(&dict);
	if (ret < 0) {
		i_fatal_status(
			EX_CONFIG,
			"%s: Cannot ask the dict \"alumni\" for accounts: %s: "
			"check that Dovecot runs, that its configuration "
			"serves the dict \"alumni\", and the dict service's "
			"log",
			visits.command, error);
	}
}

static bool visits_param_is_common(const char *name)
{
	return str_array_find(common_parameters, name);
}

void visits_run_chosen(const struct doveadm_cmd_context *cctx)
{
	struct doveadm_cmd_context mail_cctx = *cctx;
	struct doveadm_cmd_param *argv;
	int i;

	argv = t_new(struct doveadm_cmd_param, cctx->argc);
	memcpy(argv, cctx->argv, sizeof(*argv) * cctx->argc);
	for (i = 0; i < cctx->argc; i++) {
		if (!visits_param_is_common(argv[i].name))
			argv[i].value_set = FALSE;
	}
	mail_cctx.argv = argv;

	doveadm_exit_code = 0;
	doveadm_cmd_ver2_to_mail_cmd_wrapper(&mail_cctx);
	if (doveadm_exit_code != 0)
		visits.failed++;
	i_set_failure_prefix("doveadm: ");
}
