/* SPDX-License-Identifier: MIT
 *
 * doveadm alumni rescan -u USER | -A
 */
#ifndef ALUMNI_PLUGINS_DOVEADM_CMD_RESCAN_H
#define ALUMNI_PLUGINS_DOVEADM_CMD_RESCAN_H

#include "doveadm.h"

extern struct doveadm_cmd_ver2 doveadm_cmd_alumni_rescan;

#endif
