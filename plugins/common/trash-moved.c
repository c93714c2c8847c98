/* SPDX-License-Identifier: MIT
 *
 * The time is kept in the mailbox's index, as a header of ours: it goes where
 * the mailbox goes; see plugins/common/trash-moved.h.
 */
#include "plugins/common/dovecot-glue.h"

#include "ioloop.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "mailbox-list-private.h"
#include "mailbox-list-iter.h"

#include "plugins/common/trash-moved.h"

#define TRASH_MOVED_EXTENSION "alumni-trash"

struct trash_moved_header {
	uint32_t moved_at; /* Unix seconds */
};

static uint32_t trash_moved_extension(struct mailbox *box)
{
	return mail_index_ext_register(box->index, TRASH_MOVED_EXTENSION,
				       sizeof(struct trash_moved_header), 0, 0);
}

static int trash_moved_write(struct mailbox *box)
{
	const struct trash_moved_header header = {.moved_at = ioloop_time};
	struct mail_index_transaction *transaction;

	transaction = mail_index_transaction_begin(
		box->view, MAIL_INDEX_TRANSACTION_FLAG_EXTERNAL);
	mail_index_update_header_ext(transaction, trash_moved_extension(box), 0,
				     &header, sizeof(header));
	if (mail_index_transaction_commit(&transaction) < 0) {
		mailbox_set_index_error(box);
		return -1;
	}
	return 0;
}

static void trash_moved_mark_one(struct mailbox_list *list, const char *vname)
{
	struct mailbox *box;

	box = mailbox_alloc(list, vname, MAILBOX_FLAG_IGNORE_ACLS);
	if (mailbox_open(box) < 0) {
		/* It may hold mailboxes and no messages. */
		if (mailbox_get_last_mail_error(box) != MAIL_ERROR_NOTFOUND)
			e_error(box->event,
				"alumni_trash: Cannot open it to remember when "
				"it was put into Trash: %s",
				mailbox_get_last_internal_error(box, NULL));
	} else if (trash_moved_write(box) < 0) {
		mailbox_set_index_error(box);
		e_error(box->event,
			"alumni_trash: Cannot remember when it was put into "
			"Trash: %s",
			mailbox_get_last_internal_error(box, NULL));
	}
	mailbox_free(&box);
}

void trash_moved_mark(struct mailbox_list *list, const char *vname)
{
	struct mailbox_list_iterate_context *iter;
	const struct mailbox_info *info;
	const char *below;

	trash_moved_mark_one(list, vname);
	below = t_strdup_printf("%s%c", vname,
				mail_namespace_get_sep(list->ns));
	/* A pattern would have to escape what the name may hold. */
	iter = mailbox_list_iter_init(
		list, "*",
		MAILBOX_LIST_ITER_NO_AUTO_BOXES |
			MAILBOX_LIST_ITER_SKIP_ALIASES |
			MAILBOX_LIST_ITER_RETURN_NO_FLAGS);
	while ((info = mailbox_list_iter_next(iter)) != NULL) {
		if (str_begins_with(info->vname, below))
			trash_moved_mark_one(list, info->vname);
	}
	if (mailbox_list_iter_deinit(&iter) < 0)
		e_error(list->ns->user->event,
			"alumni_trash: Cannot list the mailboxes below %s: %s",
			vname,
			mailbox_list_get_last_internal_error(list, NULL));
}

time_t trash_moved_at(struct mailbox *box)
{
	struct trash_moved_header header;
	const void *data;
	size_t size;

	mail_index_get_header_ext(box->view, trash_moved_extension(box), &data,
				  &size);
	if (size < sizeof(header))
		return 0;
	memcpy(&header, data, sizeof(header));
	return header.moved_at;
}
