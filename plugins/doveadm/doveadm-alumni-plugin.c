/* SPDX-License-Identifier: MIT
 *
 * Registers the commands of `doveadm alumni`.
 */
#include "plugins/common/dovecot-glue.h"

#include "doveadm.h"

#include "plugins/doveadm/cmd-expire.h"
#include "plugins/doveadm/cmd-rescan.h"
#include "plugins/doveadm/doveadm-alumni-plugin.h"

const char *doveadm_alumni_plugin_version = DOVECOT_ABI_VERSION;

void doveadm_alumni_plugin_init(struct module *module ATTR_UNUSED)
{
	doveadm_cmd_register_ver2(&doveadm_cmd_alumni_expire);
	doveadm_cmd_register_ver2(&doveadm_cmd_alumni_rescan);
}

void doveadm_alumni_plugin_deinit(void)
{
}
