/* SPDX-License-Identifier: MIT
 *
 * What the plugin alumni_quota keeps for each user.
 */
#ifndef ALUMNI_PLUGINS_QUOTA_ALUMNI_QUOTA_USER_H
#define ALUMNI_PLUGINS_QUOTA_ALUMNI_QUOTA_USER_H

#include "plugins/common/dovecot-glue.h"

#include "module-context.h"
#include "mail-user.h"

#include "plugins/quota/delivery.h"
#include "plugins/quota/known-usage.h"

struct quota_limits;
struct publisher;

struct alumni_quota_user {
	union mail_user_module_context module_ctx;
	struct publisher *publisher;
	struct quota_limits *limits; /* NULL: the user has no quota root */
	struct known_usage known;
	struct delivery delivery;
	/* Some process may have been killed while it changed a mailbox, so that
	   there is more in it than is seen before it is opened. */
	bool is_suspect;
	/* INBOX was looked at whether it has what is published. */
	bool inbox_seen;
};

#define ALUMNI_QUOTA_USER(obj) MODULE_CONTEXT(obj, alumni_quota_user_module)
extern MODULE_CONTEXT_DEFINE(alumni_quota_user_module,
			     &mail_user_module_register);

#endif
