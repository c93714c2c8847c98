/* SPDX-License-Identifier: MIT
 *
 * Mail commands of Dovecot 2.3; see doveadm-glue.h. An option that no function
 * takes is an error there.
 */
#include "plugins/doveadm/doveadm-glue.h"

static bool glue_parse_arg(struct doveadm_mail_cmd_context *ctx, int letter)
{
	return strchr(ctx->getopt_args, letter) != NULL;
}

void doveadm_glue_take_options(struct doveadm_mail_cmd_context *ctx,
			       const char *letters)
{
	ctx->getopt_args = letters;
	ctx->v.parse_arg = glue_parse_arg;
}
