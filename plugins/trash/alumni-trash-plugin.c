/* SPDX-License-Identifier: MIT
 *
 * Mail plugin alumni_trash: publishes that something was put into a Trash, and
 * when, so that the expiry visits only the accounts that have something due.
 *
 * The news goes out after the commit, never before it: the expiry reads the
 * generation first and then the mailbox, so news of a message that it could
 * not see yet must come after, or that message would be forgotten.
 */
#include "plugins/common/dovecot-glue.h"

#include "ioloop.h"
#include "module-context.h"
#include "mail-storage-private.h"
#include "mail-storage-hooks.h"
#include "mailbox-list-private.h"

#include "plugins/common/mail-dict.h"
#include "plugins/common/publisher.h"
#include "plugins/trash/alumni-trash-plugin.h"
#include "plugins/common/trash-mailbox.h"
#include "plugins/common/trash-moved.h"
#include "protocol/dict-keys.h"
#include "protocol/values.h"

#define ALUMNI_TRASH_USER(obj) MODULE_CONTEXT(obj, alumni_trash_user_module)
#define ALUMNI_TRASH_BOX(obj)                                                  \
	MODULE_CONTEXT_REQUIRE(obj, alumni_trash_storage_module)

/* Unix seconds; 0 would mean that nothing is in Trash. */
#define LONG_AGO 1

static MODULE_CONTEXT_DEFINE_INIT(alumni_trash_user_module,
				  &mail_user_module_register);
static MODULE_CONTEXT_DEFINE_INIT(alumni_trash_storage_module,
				  &mail_storage_module_register);

struct alumni_trash_user {
	union mail_user_module_context module_ctx;
	struct publisher *publisher;
	/* The oldest save that was not published yet. */
	time_t saved_at;
};

const char *alumni_trash_plugin_version = DOVECOT_ABI_VERSION;
MAIL_DICT_PROCESS(alumni_trash_plugin);

static int alumni_trash_collect(struct mail_user *user, bool again ATTR_UNUSED,
				struct publisher_item *items_r,
				const char **error_r ATTR_UNUSED)
{
	struct alumni_trash_user *tuser = ALUMNI_TRASH_USER(user);

	char text[WIRE_VALUE_BYTES];

	wire_number_format(tuser->saved_at, text);
	items_r[0].key = DICT_KEY_TRASH_OLDEST;
	items_r[0].value = t_strdup(text);
	return 1;
}

static const struct publisher_source alumni_trash_source = {
	.what = "the save time of a message in Trash",
	.kind = "trash",
	.collect = alumni_trash_collect,
};

static void alumni_trash_changed(struct mailbox *box)
{
	struct alumni_trash_user *tuser = ALUMNI_TRASH_USER(box->storage->user);

	if (!publisher_has_news(tuser->publisher))
		tuser->saved_at = ioloop_time;
	publisher_news_now(tuser->publisher);
}

static void alumni_trash_expects_change(struct mailbox *box)
{
	struct alumni_trash_user *tuser = ALUMNI_TRASH_USER(box->storage->user);

	publisher_expects_news(tuser->publisher);
}

static int
alumni_trash_transaction_commit(struct mailbox_transaction_context *t,
				struct mail_transaction_commit_changes *changes)
{
	struct mailbox *box = t->box;
	union mailbox_module_context *tbox = ALUMNI_TRASH_BOX(box);
	/* Saved and copied messages; the commit frees the transaction. */
	unsigned int saved = t->save_count;
	bool is_news = saved > 0 && trash_mailbox_is(box);

	if (is_news)
		alumni_trash_expects_change(box);
	if (tbox->super.transaction_commit(t, changes) < 0)
		return -1;
	if (is_news)
		alumni_trash_changed(box);
	return 0;
}

/* A mailbox with messages in it may become the Trash, or go below it. */
static int alumni_trash_rename_box(struct mailbox *src, struct mailbox *dest)
{
	union mailbox_module_context *tbox = ALUMNI_TRASH_BOX(src);

	if (tbox->super.rename_box(src, dest) < 0)
		return -1;
	if (!trash_mailbox_is(dest))
		return 0;
	/* Within Trash, its time goes on. */
	if (!trash_mailbox_is(src)) {
		T_BEGIN
		{
			trash_moved_mark(dest->list, mailbox_get_vname(dest));
		}
		T_END;
	}
	alumni_trash_changed(src);
	return 0;
}

static void alumni_trash_mailbox_allocated(struct mailbox *box)
{
	struct mailbox_vfuncs *v = box->vlast;
	union mailbox_module_context *tbox;

	if (ALUMNI_TRASH_USER(box->storage->user) == NULL)
		return;

	tbox = p_new(box->pool, union mailbox_module_context, 1);
	tbox->super = *v;
	box->vlast = &tbox->super;
	v->transaction_commit = alumni_trash_transaction_commit;
	v->rename_box = alumni_trash_rename_box;
	MODULE_CONTEXT_SET_SELF(box, alumni_trash_storage_module, tbox);
}

static void alumni_trash_user_deinit_pre(struct mail_user *user)
{
	struct alumni_trash_user *tuser = ALUMNI_TRASH_USER(user);

	publisher_finish(tuser->publisher);
	tuser->module_ctx.super.deinit_pre(user);
}

static void alumni_trash_user_deinit(struct mail_user *user)
{
	struct alumni_trash_user *tuser = ALUMNI_TRASH_USER(user);

	publisher_deinit(&tuser->publisher);
	tuser->module_ctx.super.deinit(user);
}

static void alumni_trash_user_created(struct mail_user *user)
{
	struct mail_user_vfuncs *v = user->vlast;
	struct alumni_trash_user *tuser;
	struct publisher *publisher;
	const char *error;

	/* Made by Dovecot itself, as LMTP's for the message that comes in. */
	if (user->autocreated)
		return;
	if (publisher_init(user, &alumni_trash_source, &publisher, &error) <
	    0) {
		e_error(user->event,
			"alumni_trash: Cannot open the dict \"alumni\", "
			"Trash will not expire: %s",
			error);
		return;
	}

	tuser = p_new(user->pool, struct alumni_trash_user, 1);
	tuser->module_ctx.super = *v;
	tuser->publisher = publisher;
	user->vlast = &tuser->module_ctx.super;
	v->deinit_pre = alumni_trash_user_deinit_pre;
	v->deinit = alumni_trash_user_deinit;
	MODULE_CONTEXT_SET(user, alumni_trash_user_module, tuser);
}

static void alumni_trash_namespaces_created(struct mail_namespace *namespaces)
{
	struct alumni_trash_user *tuser = ALUMNI_TRASH_USER(namespaces->user);

	if (tuser == NULL || !publisher_inherits_news(tuser->publisher))
		return;
	/* What was put there, and when, nobody knows any more. The expiry
	   visits whatever looks old, and goes by what it finds. */
	tuser->saved_at = LONG_AGO;
	publisher_news(tuser->publisher);
}

static struct mail_storage_hooks alumni_trash_hooks = {
	.mail_namespaces_created = alumni_trash_namespaces_created,
	.mail_user_created = alumni_trash_user_created,
	.mailbox_allocated = alumni_trash_mailbox_allocated,
};

void alumni_trash_plugin_init(struct module *module)
{
	mail_storage_hooks_add(module, &alumni_trash_hooks);
}

void alumni_trash_plugin_deinit(void)
{
	mail_storage_hooks_remove(&alumni_trash_hooks);
	mail_dict_release();
}
