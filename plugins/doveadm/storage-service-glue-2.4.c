/* SPDX-License-Identifier: MIT
 *
 * See storage-service-glue.h.
 */
#include "plugins/doveadm/storage-service-glue.h"

#include <unistd.h>

#include "master-service.h"
#include "path-util.h"

struct mail_storage_service_ctx *
storage_service_glue_init(enum mail_storage_service_flags flags)
{
	return mail_storage_service_init(master_service, flags);
}

void storage_service_glue_remember(
	struct storage_service_glue_privileges *privileges_r)
{
	const char *error;

	privileges_r->uid = geteuid();
	if (t_get_working_dir(&privileges_r->folder, &error) < 0) {
		i_error("%s", error);
		privileges_r->folder = "/";
	}
}

void storage_service_glue_restore(
	const struct storage_service_glue_privileges *privileges)
{
	mail_storage_service_restore_privileges(
		privileges->uid, privileges->folder,
		master_service_get_event(master_service));
}
