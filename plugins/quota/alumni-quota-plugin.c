/* SPDX-License-Identifier: MIT
 *
 * Mail plugin alumni_quota: publishes a user's usage after every change, so
 * that the milter can refuse mail for a full mailbox by reading one row
 * instead of opening the mailbox, and keeps the limits up to date while a
 * session lasts. Counting and refusing stay with Dovecot's quota plugin.
 *
 * LMTP answers DATA after the user is deinitialised, so what deinit_pre
 * publishes is there before the next RCPT.
 */
#include "plugins/common/dovecot-glue.h"

#include "array.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "mail-storage-hooks.h"

#include "plugins/common/mail-dict.h"
#include "plugins/common/publisher.h"
#include "plugins/common/quota-usage.h"
#include "plugins/quota/alumni-quota-plugin.h"
#include "plugins/quota/alumni-quota-user.h"
#include "plugins/quota/delivery.h"
#include "plugins/quota/inbox.h"
#include "plugins/quota/limits.h"
#include "plugins/quota/warning.h"
#include "plugins/quota/usage-news.h"
#include "plugins/common/trash-mailbox.h"

#define ALUMNI_QUOTA_BOX(obj)                                                  \
	MODULE_CONTEXT_REQUIRE(obj, alumni_quota_storage_module)

struct alumni_quota_user_module alumni_quota_user_module =
	MODULE_CONTEXT_INIT(&mail_user_module_register);
static MODULE_CONTEXT_DEFINE_INIT(alumni_quota_storage_module,
				  &mail_storage_module_register);

struct alumni_quota_mailbox {
	union mailbox_module_context module_ctx;
	/* Those of Dovecot's quota plugin, which checks the limits. */
	int (*checked_copy)(struct mail_save_context *ctx, struct mail *mail);
	int (*checked_save_begin)(struct mail_save_context *ctx,
				  struct istream *input);
	struct delivery_tally tally;
	bool is_delivery : 1; /* what is being saved */
	bool trash_known : 1;
	bool is_trash : 1;
};

const char *alumni_quota_plugin_version = DOVECOT_ABI_VERSION;
const char *alumni_quota_plugin_dependencies[] = {"quota", NULL};
MAIL_DICT_PROCESS(alumni_quota_plugin);

/* That of the mailbox's owner; NULL when nothing is published for him. */
static struct alumni_quota_user *alumni_quota_owner(struct mailbox *box)
{
	struct mail_namespace *ns = mailbox_get_namespace(box);

	return ALUMNI_QUOTA_USER(ns->owner != NULL ? ns->owner : ns->user);
}

static void alumni_quota_changed(struct mailbox *box)
{
	struct alumni_quota_user *owner = alumni_quota_owner(box);

	if (owner == NULL)
		return;
	owner->delivery.is_news = FALSE;
	publisher_news(owner->publisher);
}

/* True if a delivery is all that there will be to publish. */
static bool alumni_quota_is_delivery(struct alumni_quota_user *owner,
				     const struct delivery_tally *tally,
				     unsigned int saved)
{
	return tally->messages == saved && !tally->failed &&
	       !publisher_has_news(owner->publisher);
}

static int
alumni_quota_transaction_commit(struct mailbox_transaction_context *t,
				struct mail_transaction_commit_changes *changes)
{
	struct mailbox *box = t->box;
	struct alumni_quota_mailbox *qbox = ALUMNI_QUOTA_BOX(box);
	struct alumni_quota_user *owner = alumni_quota_owner(box);
	struct delivery_tally tally = qbox->tally;
	/* Saved and copied messages; the commit frees the transaction. */
	unsigned int saved = t->save_count;
	bool is_delivery = FALSE;

	i_zero(&qbox->tally);
	if (saved > 0 && owner != NULL) {
		/* Maildir would leave what it cannot index at once to whoever
		   looks next, and that is nobody's news. */
		t->flags |= MAILBOX_TRANSACTION_FLAG_ASSIGN_UIDS;
		is_delivery = alumni_quota_is_delivery(owner, &tally, saved);
		if (!is_delivery)
			publisher_expects_news(owner->publisher);
	}
	if (qbox->module_ctx.super.transaction_commit(t, changes) < 0)
		return -1;
	if (saved == 0 || owner == NULL)
		return 0;
	if (is_delivery &&
	    delivery_committed(&owner->delivery, &tally, saved, changes))
		publisher_news_evident(owner->publisher);
	else
		alumni_quota_changed(box);
	return 0;
}

static void
alumni_quota_transaction_rollback(struct mailbox_transaction_context *t)
{
	struct alumni_quota_mailbox *qbox = ALUMNI_QUOTA_BOX(t->box);

	i_zero(&qbox->tally);
	qbox->module_ctx.super.transaction_rollback(t);
}

/* Looks once whether INBOX has what is published, and not more, which a process
   that was killed in a delivery may have left. */
static void alumni_quota_look_at_inbox(struct mailbox *box)
{
	struct alumni_quota_user *owner = alumni_quota_owner(box);
	struct wire_inbox state;

	/* What a delivery finds is found by the account store. */
	if (owner == NULL || owner->inbox_seen ||
	    (box->flags & MAILBOX_FLAG_POST_SESSION) != 0 ||
	    !quota_inbox_is(box))
		return;
	owner->inbox_seen = TRUE;
	if (!owner->known.is_known || owner->known.usage.inbox.uid_next == 0)
		return;
	quota_inbox_state_of(box, &state);
	if (!inbox_state_equals(&state, &owner->known.usage.inbox))
		alumni_quota_changed(box);
}

static int alumni_quota_sync_deinit(struct mailbox_sync_context *ctx,
				    struct mailbox_sync_status *status_r)
{
	struct mailbox *box = ctx->box;
	struct alumni_quota_mailbox *qbox = ALUMNI_QUOTA_BOX(box);

	if (qbox->module_ctx.super.sync_deinit(ctx, status_r) < 0)
		return -1;
	alumni_quota_look_at_inbox(box);
	return 0;
}

static void alumni_quota_sync_notify(struct mailbox *box, uint32_t uid,
				     enum mailbox_sync_type sync_type)
{
	struct alumni_quota_mailbox *qbox = ALUMNI_QUOTA_BOX(box);

	if (qbox->module_ctx.super.sync_notify != NULL)
		qbox->module_ctx.super.sync_notify(box, uid, sync_type);
	if (sync_type == MAILBOX_SYNC_TYPE_EXPUNGE)
		alumni_quota_changed(box);
}

static int alumni_quota_delete_box(struct mailbox *box)
{
	struct alumni_quota_mailbox *qbox = ALUMNI_QUOTA_BOX(box);

	if (qbox->module_ctx.super.delete_box(box) < 0)
		return -1;
	alumni_quota_changed(box);
	return 0;
}

/* Into a namespace that counts, or out of one. */
static int alumni_quota_rename_box(struct mailbox *src, struct mailbox *dest)
{
	struct alumni_quota_mailbox *qbox = ALUMNI_QUOTA_BOX(src);

	if (qbox->module_ctx.super.rename_box(src, dest) < 0)
		return -1;
	alumni_quota_changed(dest);
	return 0;
}

static struct quota_limits *alumni_quota_limits(struct mailbox *box)
{
	struct alumni_quota_user *quser = ALUMNI_QUOTA_USER(box->storage->user);

	return quser == NULL ? NULL : quser->limits;
}

static int alumni_quota_save_begin(struct mail_save_context *ctx,
				   struct istream *input)
{
	struct mailbox *box = ctx->transaction->box;
	struct alumni_quota_mailbox *qbox = ALUMNI_QUOTA_BOX(box);
	struct quota_limits *limits = alumni_quota_limits(box);

	if (limits != NULL)
		quota_limits_refresh(limits);
	return qbox->checked_save_begin(ctx, input);
}

static bool alumni_quota_is_trash(struct mailbox *box)
{
	struct alumni_quota_mailbox *qbox = ALUMNI_QUOTA_BOX(box);

	if (!qbox->trash_known) {
		qbox->is_trash = trash_mailbox_is(box);
		qbox->trash_known = TRUE;
	}
	return qbox->is_trash;
}

/* Within one's own mailboxes, whatever frees space must work when they are
   full: a move, and a copy into Trash, which is how many mail programs begin to
   delete. Returns true if the limits were raised for it. */
static bool alumni_quota_allow(struct quota_limits *limits,
			       struct mail_save_context *ctx,
			       struct mailbox *src)
{
	struct mailbox *dest = ctx->transaction->box;

	if (src->storage->user != dest->storage->user)
		return FALSE;
	if (ctx->moving)
		quota_limits_raise(limits);
	else if (alumni_quota_is_trash(dest))
		quota_limits_raise_for_trash(limits);
	else
		return FALSE;
	return TRUE;
}

/* A warning that the mailbox is full, on its way in. */
static int alumni_quota_copy_warning(struct mail_save_context *ctx,
				     struct mail *mail, const char *token)
{
	struct mailbox *box = ctx->transaction->box;
	struct alumni_quota_mailbox *qbox = ALUMNI_QUOTA_BOX(box);
	struct alumni_quota_user *quser = ALUMNI_QUOTA_USER(box->storage->user);
	int ret;

	quota_limits_raise(quser->limits);
	ret = qbox->checked_copy(ctx, mail);
	quota_limits_lower(quser->limits);
	if (ret == 0)
		quota_warning_delivered(box->storage->user,
					publisher_dict(quser->publisher),
					token);
	return ret;
}

static bool alumni_quota_is_warning(struct mailbox *box, struct mail *mail,
				    const char **token_r)
{
	struct alumni_quota_user *quser = ALUMNI_QUOTA_USER(box->storage->user);

	return mail->box->storage->user != box->storage->user &&
	       quota_warning_is(box->storage->user,
				publisher_dict(quser->publisher), mail,
				token_r);
}

static int alumni_quota_save_finish(struct mail_save_context *ctx)
{
	struct mailbox *box = ctx->transaction->box;
	struct alumni_quota_mailbox *qbox = ALUMNI_QUOTA_BOX(box);

	if (qbox->module_ctx.super.save_finish(ctx) < 0)
		return -1;
	if (qbox->is_delivery)
		delivery_saved(&qbox->tally, ctx);
	return 0;
}

static int alumni_quota_deliver(struct mail_save_context *ctx,
				struct mail *mail)
{
	struct mailbox *box = ctx->transaction->box;
	struct alumni_quota_mailbox *qbox = ALUMNI_QUOTA_BOX(box);
	struct alumni_quota_user *quser = ALUMNI_QUOTA_USER(box->storage->user);
	bool has_room = delivery_has_room(quser, mail);
	int ret;

	quota_limits_refresh(quser->limits);
	if (has_room)
		quota_limits_raise(quser->limits);
	qbox->is_delivery = TRUE;
	ret = qbox->checked_copy(ctx, mail);
	qbox->is_delivery = FALSE;
	if (has_room)
		quota_limits_lower(quser->limits);
	return ret;
}

static int alumni_quota_copy(struct mail_save_context *ctx, struct mail *mail)
{
	struct mailbox *box = ctx->transaction->box;
	struct alumni_quota_mailbox *qbox = ALUMNI_QUOTA_BOX(box);
	struct quota_limits *limits = alumni_quota_limits(box);
	const char *token;
	bool raised = FALSE;
	int ret;

	if (limits != NULL && alumni_quota_is_warning(box, mail, &token))
		return alumni_quota_copy_warning(ctx, mail, token);
	if (limits != NULL &&
	    delivery_is(ALUMNI_QUOTA_USER(box->storage->user), box, mail->box))
		return alumni_quota_deliver(ctx, mail);
	if (limits != NULL && !quota_limits_are_raised(limits)) {
		quota_limits_refresh(limits);
		raised = alumni_quota_allow(limits, ctx, mail->box);
	}
	ret = qbox->checked_copy(ctx, mail);
	if (raised)
		quota_limits_lower(limits);
	return ret;
}

static void alumni_quota_mailbox_allocated(struct mailbox *box)
{
	struct mailbox_vfuncs *v = box->vlast;
	struct alumni_quota_mailbox *qbox;

	if (ALUMNI_QUOTA_USER(box->storage->user) == NULL)
		return;

	qbox = p_new(box->pool, struct alumni_quota_mailbox, 1);
	qbox->module_ctx.super = *v;
	box->vlast = &qbox->module_ctx.super;
	v->transaction_commit = alumni_quota_transaction_commit;
	v->transaction_rollback = alumni_quota_transaction_rollback;
	v->save_finish = alumni_quota_save_finish;
	v->sync_deinit = alumni_quota_sync_deinit;
	v->sync_notify = alumni_quota_sync_notify;
	v->delete_box = alumni_quota_delete_box;
	v->rename_box = alumni_quota_rename_box;
	/* A plugin loaded later is called later, but the limits must be right
	   before the quota plugin reads them. */
	qbox->checked_copy = box->v.copy;
	qbox->checked_save_begin = box->v.save_begin;
	box->v.copy = alumni_quota_copy;
	box->v.save_begin = alumni_quota_save_begin;
	MODULE_CONTEXT_SET(box, alumni_quota_storage_module, qbox);
}

/* A session that never opened INBOX looks at it in the end. LMTP does not need
   to, and doveadm shall not do more than it was told. */
static void alumni_quota_look_at_last(struct mail_user *user)
{
	struct alumni_quota_user *quser = ALUMNI_QUOTA_USER(user);
	struct mailbox *box;

	if (quser->inbox_seen || quser->known.usage.inbox.uid_next == 0 ||
	    (strcmp(user->service, "imap") != 0 &&
	     strcmp(user->service, "pop3") != 0))
		return;
	box = quota_inbox_open(user);
	if (box != NULL)
		mailbox_free(&box);
}

static void alumni_quota_user_deinit_pre(struct mail_user *user)
{
	struct alumni_quota_user *quser = ALUMNI_QUOTA_USER(user);

	alumni_quota_look_at_last(user);
	/* Here, since at deinit the quota plugin can count no more. */
	publisher_finish(quser->publisher);
	quser->module_ctx.super.deinit_pre(user);
}

static void alumni_quota_user_deinit(struct mail_user *user)
{
	struct alumni_quota_user *quser = ALUMNI_QUOTA_USER(user);

	publisher_deinit(&quser->publisher);
	quser->module_ctx.super.deinit(user);
}

static void alumni_quota_user_created(struct mail_user *user)
{
	struct mail_user_vfuncs *v = user->vlast;
	struct alumni_quota_user *quser;
	struct publisher *publisher;
	const char *error;

	/* Made by Dovecot itself, as LMTP's for the message that comes in. */
	if (user->autocreated)
		return;
	if (publisher_init(user, &usage_news_source, &publisher, &error) < 0) {
		e_error(user->event,
			"alumni_quota: Cannot open the dict \"alumni\", "
			"usage is not published: %s",
			error);
		return;
	}

	quser = p_new(user->pool, struct alumni_quota_user, 1);
	quser->module_ctx.super = *v;
	quser->publisher = publisher;
	known_usage_get(user, &quser->known);
	quser->limits = quota_limits_init(user, publisher_dict(publisher));
	user->vlast = &quser->module_ctx.super;
	v->deinit_pre = alumni_quota_user_deinit_pre;
	v->deinit = alumni_quota_user_deinit;
	MODULE_CONTEXT_SET(user, alumni_quota_user_module, quser);
}

static void alumni_quota_namespaces_created(struct mail_namespace *namespaces)
{
	struct alumni_quota_user *quser = ALUMNI_QUOTA_USER(namespaces->user);

	if (quser == NULL || !publisher_inherits_news(quser->publisher))
		return;
	quser->is_suspect = TRUE;
	publisher_news(quser->publisher);
}

static struct mail_storage_hooks alumni_quota_hooks = {
	.mail_namespaces_created = alumni_quota_namespaces_created,
	.mail_user_created = alumni_quota_user_created,
	.mailbox_allocated = alumni_quota_mailbox_allocated,
};

static int alumni_quota_take_usage(struct mail_user *user, bool mend,
				   struct publisher_item *items_r)
{
	struct alumni_quota_user *quser = ALUMNI_QUOTA_USER(user);
	const char *error = NULL;
	int count;

	if (quser == NULL) {
		/* The log told why when the user was created, or this is not
		   one of the user's plugins. */
		e_error(user->event, "alumni_quota: Not active for this user, "
				     "cannot publish the usage");
		return -1;
	}
	/* It may be so already: an earlier process left a mark. */
	if (mend)
		quser->is_suspect = TRUE;
	count = publisher_take(quser->publisher, items_r, &error);
	if (count < 0)
		e_error(user->event, "alumni_quota: Cannot tell the usage: %s",
			error);
	return count;
}

static void alumni_quota_give_usage_back(struct mail_user *user)
{
	struct alumni_quota_user *quser = ALUMNI_QUOTA_USER(user);

	if (quser != NULL)
		publisher_news(quser->publisher);
}

const struct alumni_quota_usage alumni_quota_plugin_usage = {
	.take = alumni_quota_take_usage,
	.give_back = alumni_quota_give_usage_back,
};

void alumni_quota_plugin_init(struct module *module)
{
	mail_storage_hooks_add(module, &alumni_quota_hooks);
}

void alumni_quota_plugin_deinit(void)
{
	mail_storage_hooks_remove(&alumni_quota_hooks);
	mail_dict_release();
}
