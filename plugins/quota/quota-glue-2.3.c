/* SPDX-License-Identifier: MIT
 *
 * Quota of Dovecot 2.3; see quota-glue.h. There the fields of a quota root are
 * its limits.
 */
#include "plugins/common/dovecot-glue.h"

#include "plugins/quota/quota-glue.h"

void quota_glue_take_limits(struct mail_user *user ATTR_UNUSED)
{
}
