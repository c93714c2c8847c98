/* SPDX-License-Identifier: MIT
 *
 * See storage-service-glue.h.
 */
#include "plugins/doveadm/storage-service-glue.h"

#include "master-service.h"

struct mail_storage_service_ctx *
storage_service_glue_init(enum mail_storage_service_flags flags)
{
	return mail_storage_service_init(master_service, NULL, flags);
}

void storage_service_glue_remember(
	struct storage_service_glue_privileges *privileges_r)
{
	i_zero(privileges_r);
}

void storage_service_glue_restore(
	const struct storage_service_glue_privileges *privileges ATTR_UNUSED)
{
}
