/* SPDX-License-Identifier: MIT
 *
 * Mail commands of doveadm, as far as their interface differs between versions
 * of Dovecot. One doveadm-glue-*.c is compiled, by the probes in
 * plugins/meson.build.
 */
#ifndef ALUMNI_DOVEADM_GLUE_H
#define ALUMNI_DOVEADM_GLUE_H

#include "plugins/dovecot-glue.h"

#include "doveadm.h"
#include "doveadm-mail.h"

/* Call when a mail command is allocated: letters are those of its own options,
   none of which has a value. What was set is in ctx->cctx. letters must stay
   valid. */
void doveadm_glue_take_options(struct doveadm_mail_cmd_context *ctx,
			       const char *letters);

#endif
