/* SPDX-License-Identifier: MIT
 *
 * doveadm alumni expire [-n]
 */
#ifndef ALUMNI_PLUGINS_DOVEADM_CMD_EXPIRE_H
#define ALUMNI_PLUGINS_DOVEADM_CMD_EXPIRE_H

#include "doveadm.h"

extern struct doveadm_cmd_ver2 doveadm_cmd_alumni_expire;

#endif
