/* SPDX-License-Identifier: MIT
 *
 * Asks the mailbox settings; see trash-mailbox.h.
 */
#include "plugins/dovecot-glue.h"

#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "mailbox-list.h"

#include "plugins/trash/trash-mailbox.h"

#define TRASH_SPECIAL_USE "\\Trash"

/* An alias namespace has no mailbox settings of its own: those of the
   namespace that it stands for hold. */
static bool trash_mailbox_alias_is(struct mailbox *box,
				   struct mail_namespace *real_ns)
{
	struct mailbox *real_box;
	const char *vname;
	bool is_trash;

	vname = mailbox_list_get_vname(real_ns->list, mailbox_get_name(box));
	real_box = mailbox_alloc(real_ns->list, vname, MAILBOX_FLAG_READONLY);
	is_trash = mailbox_has_special_use(real_box, TRASH_SPECIAL_USE);
	mailbox_free(&real_box);
	return is_trash;
}

bool trash_mailbox_is(struct mailbox *box)
{
	struct mail_namespace *ns = mailbox_get_namespace(box);

	if (ns->type != MAIL_NAMESPACE_TYPE_PRIVATE)
		return FALSE;
	if (mailbox_has_special_use(box, TRASH_SPECIAL_USE))
		return TRUE;
	return ns->alias_for != NULL &&
	       trash_mailbox_alias_is(box, ns->alias_for);
}
