/* SPDX-License-Identifier: MIT
 *
 * Asks Dovecot's quota plugin; see usage.h.
 */
#include "plugins/common/dovecot-glue.h"

#include "ioloop.h"
#include "mail-user.h"
#include "mail-namespace.h"
#include "mail-storage.h"
#include "mailbox-list-iter.h"
#include "quota-private.h"
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

/* A count is kept while one round of the I/O loop lasts, and so is what was
   read of the list of mailboxes, which has their sizes. LMTP receives and saves
   a message in one round, and other processes change mailboxes meanwhile. A
   count that does not see what was there when it began must not pass for a
   newer one, or it would be published over one that did. */
static int quota_usage_forget(struct quota_root *root, const char **error_r)
{
	struct quota_transaction_context nothing;

	i_zero(&nothing);
	nothing.quota = root->quota;
	/* The list of mailboxes goes by the time at which the round began. */
	io_loop_time_refresh();
	return root->backend.v.update(root, &nothing, error_r);
}

struct quota_root *quota_usage_root(struct mail_user *user)
{
	struct quota_root_iter *iter;
	struct quota_root *root;

	/* The quota plugin leaves users without a quota setting alone. */
	if (QUOTA_USER_CONTEXT(user) == NULL)
		return NULL;
	iter = quota_root_iter_init_user(user);
	root = quota_root_iter_next(iter);
	quota_root_iter_deinit(&iter);
	return root;
}

static void usage_mend_mailbox(struct mailbox_list *list, const char *vname)
{
	struct mailbox *box =
		mailbox_alloc(list, vname, MAILBOX_FLAG_IGNORE_ACLS);

	if (mailbox_open(box) < 0 ||
	    mailbox_sync(box, MAILBOX_SYNC_FLAG_FULL_READ) < 0)
		e_debug(box->event, "alumni_quota: Cannot be opened: %s",
			mailbox_get_last_internal_error(box, NULL));
	mailbox_free(&box);
}

static void usage_mend_namespace(struct mail_namespace *ns)
{
	const enum mailbox_info_flags no_mail =
		MAILBOX_NOSELECT | MAILBOX_NONEXISTENT;
	struct mailbox_list_iterate_context *iter;
	const struct mailbox_info *info;

	iter = mailbox_list_iter_init(ns->list, "*",
				      MAILBOX_LIST_ITER_NO_AUTO_BOXES |
					      MAILBOX_LIST_ITER_SKIP_ALIASES);
	while ((info = mailbox_list_iter_next(iter)) != NULL) {
		if ((info->flags & no_mail) == 0)
			usage_mend_mailbox(ns->list, info->vname);
	}
	/* What cannot be listed cannot be counted either, which says so. */
	(void)mailbox_list_iter_deinit(&iter);
}

void usage_mend(struct mail_user *user)
{
	struct mail_namespace *ns;

	for (ns = user->namespaces; ns != NULL; ns = ns->next) {
		if (ns->type == MAIL_NAMESPACE_TYPE_PRIVATE &&
		    ns->alias_for == NULL)
			usage_mend_namespace(ns);
	}
}

int quota_usage_get(struct mail_user *user, uint64_t *bytes_r,
		    uint64_t *messages_r, const char **error_r)
{
	struct quota_root *root = quota_usage_root(user);
	int ret;

	if (root == NULL)
		return 0;
	if (quota_usage_forget(root, error_r) < 0)
		return -1;
	ret = quota_usage_resource(root, QUOTA_NAME_STORAGE_BYTES, bytes_r,
				   error_r);
	if (ret <= 0)
		return ret;
	return quota_usage_resource(root, QUOTA_NAME_MESSAGES, messages_r,
				    error_r);
}
