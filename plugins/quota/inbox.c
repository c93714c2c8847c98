/* SPDX-License-Identifier: MIT
 *
 * See plugins/quota/inbox.h.
 */
#include "plugins/common/dovecot-glue.h"

#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "mail-user.h"

#include "plugins/quota/inbox.h"
#include "protocol/usage.h"

bool quota_inbox_is(struct mailbox *box)
{
	struct mail_namespace *ns = mailbox_get_namespace(box);

	return box->inbox_user && ns->type == MAIL_NAMESPACE_TYPE_PRIVATE;
}

void quota_inbox_state_of(struct mailbox *box, struct wire_inbox *state_r)
{
	const struct mail_index_header *header =
		mail_index_get_header(box->view);

	state_r->uid_validity = header->uid_validity;
	state_r->uid_next = header->next_uid;
}

struct mailbox *quota_inbox_open(struct mail_user *user)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(user->namespaces);
	struct mailbox *box;

	if (ns == NULL)
		return NULL;
	box = mailbox_alloc(ns->list, "INBOX", MAILBOX_FLAG_IGNORE_ACLS);
	if (mailbox_open(box) < 0 || quota_inbox_sync(box) < 0)
		mailbox_free(&box);
	return box;
}

int quota_inbox_sync(struct mailbox *box)
{
	return mailbox_sync(box, 0);
}
