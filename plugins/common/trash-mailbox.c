/* SPDX-License-Identifier: MIT
 *
 * Asks the mailbox settings; see plugins/common/trash-mailbox.h.
 */
#include "plugins/common/dovecot-glue.h"

#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "mailbox-list-private.h"

#include "plugins/common/trash-mailbox.h"

#define TRASH_SPECIAL_USE "\\Trash"

static bool trash_mailbox_has_use(struct mailbox_list *list, const char *vname)
{
	struct mailbox *box;
	bool is_trash;

	box = mailbox_alloc(list, vname, MAILBOX_FLAG_READONLY);
	is_trash = mailbox_has_special_use(box, TRASH_SPECIAL_USE);
	mailbox_free(&box);
	return is_trash;
}

/* The last separator before end, or NULL. */
static const char *find_separator(const char *vname, char separator,
				  const char *end)
{
	while (end > vname) {
		if (*--end == separator)
			return end;
	}
	return NULL;
}

bool trash_mailbox_name_is(struct mailbox_list *list, const char *vname)
{
	const char separator = mail_namespace_get_sep(list->ns);
	const char *end = vname + strlen(vname);

	for (; end != NULL; end = find_separator(vname, separator, end)) {
		if (trash_mailbox_has_use(list, t_strdup_until(vname, end)))
			return TRUE;
	}
	return FALSE;
}

bool trash_mailbox_is(struct mailbox *box)
{
	struct mail_namespace *ns = mailbox_get_namespace(box);
	struct mailbox_list *list = ns->list;
	const char *vname = mailbox_get_vname(box);
	bool is_trash;

	if (ns->type != MAIL_NAMESPACE_TYPE_PRIVATE)
		return FALSE;
	T_BEGIN
	{
		/* An alias namespace has no mailbox settings of its own: those
		   of the namespace that it stands for hold. */
		if (ns->alias_for != NULL) {
			list = ns->alias_for->list;
			vname = mailbox_list_get_vname(list,
						       mailbox_get_name(box));
		}
		is_trash = trash_mailbox_name_is(list, vname);
	}
	T_END;
	return is_trash;
}
