/* SPDX-License-Identifier: MIT
 *
 * Where Dovecot 2.3 and 2.4 differ in how many users are visited one after the
 * other.
 */
#ifndef ALUMNI_PLUGINS_DOVEADM_STORAGE_SERVICE_GLUE_H
#define ALUMNI_PLUGINS_DOVEADM_STORAGE_SERVICE_GLUE_H

#include "plugins/common/dovecot-glue.h"

#include "mail-storage-service.h"

/* Starts Dovecot's storage service for the program that is running; exits when
   it cannot. The caller ends it with mail_storage_service_deinit(). */
struct mail_storage_service_ctx *
storage_service_glue_init(enum mail_storage_service_flags flags);

/* Before and after a user. Dovecot 2.3 is root again by itself at the next
   look-up, 2.4 is not. What is remembered lives in the data stack. */
struct storage_service_glue_privileges {
	uid_t uid;
	const char *folder;
};
void storage_service_glue_remember(
	struct storage_service_glue_privileges *privileges_r);
void storage_service_glue_restore(
	const struct storage_service_glue_privileges *privileges);

#endif
