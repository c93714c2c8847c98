/* SPDX-License-Identifier: MIT
 *
 * Asks Dovecot's quota plugin; see usage.h.
 */
#include "plugins/dovecot-glue.h"

#include "mail-user.h"
#include "quota.h"
#include "quota-plugin.h"

#include "plugins/quota/usage.h"

static int quota_usage_resource(struct quota_root *root, const char *name,
				uint64_t *value_r, const char **error_r)
{
	uint64_t limit;

	switch (quota_get_resource(root, DOVECOT_QUOTA_NO_MAILBOX, name,
				   value_r, &limit, error_r)) {
	case QUOTA_GET_RESULT_LIMITED:
	case QUOTA_GET_RESULT_UNLIMITED:
		return 1;
	case QUOTA_GET_RESULT_UNKNOWN_RESOURCE:
		return 0;
	case QUOTA_GET_RESULT_BACKGROUND_CALC:
	case QUOTA_GET_RESULT_INTERNAL_ERROR:
		break;
	}
	return -1;
}

int quota_usage_get(struct mail_user *user, uint64_t *bytes_r,
		    uint64_t *messages_r, const char **error_r)
{
	struct quota_root_iter *iter;
	struct quota_root *root;
	int ret;

	/* The quota plugin leaves users without a quota setting alone. */
	if (QUOTA_USER_CONTEXT(user) == NULL)
		return 0;
	iter = quota_root_iter_init_user(user);
	root = quota_root_iter_next(iter);
	quota_root_iter_deinit(&iter);
	if (root == NULL)
		return 0;

	ret = quota_usage_resource(root, QUOTA_NAME_STORAGE_BYTES, bytes_r,
				   error_r);
	if (ret <= 0)
		return ret;
	return quota_usage_resource(root, QUOTA_NAME_MESSAGES, messages_r,
				    error_r);
}
