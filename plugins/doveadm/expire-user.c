/* SPDX-License-Identifier: MIT
 *
 * The order of the steps is what makes this safe: the generation is read
 * before any mailbox is opened, and the result is reported with it at the very
 * end, so that it counts only when no session put anything into Trash
 * meanwhile. The usage comes first in the same report, even when nothing was
 * expunged: an earlier run may have been interrupted after its expunge, and an
 * account that still looks full would get no mail.
 */
#include "plugins/common/dovecot-glue.h"

#include <sys/stat.h>

#include "mail-user.h"
#include "mail-namespace.h"
#include "mail-storage.h"
#include "mailbox-list-iter.h"

#include "plugins/doveadm/expire-mailbox.h"
#include "plugins/doveadm/expire-report.h"
#include "plugins/doveadm/expire-user.h"
#include "plugins/doveadm/trash-state.h"
#include "plugins/doveadm/usage-publish.h"
#include "plugins/common/trash-mailbox.h"

/* How often a visit begins anew when sessions change the mailbox meanwhile. */
#define EXPIRE_TRIES 5

static bool expire_is_trash(struct mail_namespace *ns,
			    const struct mailbox_info *info)
{
	const enum mailbox_info_flags no_mail =
		MAILBOX_NOSELECT | MAILBOX_NONEXISTENT;

	return (info->flags & no_mail) == 0 &&
	       trash_mailbox_name_is(ns->list, info->vname);
}

static int expire_namespace(struct mail_namespace *ns, time_t cutoff,
			    bool try_only, struct expire_tally *tally)
{
	struct mailbox_list_iterate_context *iter;
	const struct mailbox_info *info;
	int ret = 0;

	iter = mailbox_list_iter_init(ns->list, "*",
				      MAILBOX_LIST_ITER_NO_AUTO_BOXES |
					      MAILBOX_LIST_ITER_SKIP_ALIASES);
	while ((info = mailbox_list_iter_next(iter)) != NULL) {
		if (expire_is_trash(ns, info) &&
		    expire_mailbox(ns->list, info->vname, cutoff, try_only,
				   tally) < 0)
			ret = -1;
	}
	if (mailbox_list_iter_deinit(&iter) < 0) {
		e_error(ns->user->event,
			"alumni expire: Cannot list the mailboxes of "
			"namespace \"%s\": %s",
			ns->prefix,
			mailbox_list_get_last_internal_error(ns->list, NULL));
		ret = -1;
	}
	return ret;
}

/* Where something is known to be in Trash there is a mail folder. Without this,
   a file system that is not mounted would look like an empty Trash, which is
   then never expired. */
static int expire_check_folder(struct mail_namespace *ns)
{
	struct stat st;
	const char *path;

	if (!mailbox_list_get_root_path(ns->list,
					MAILBOX_LIST_PATH_TYPE_MAILBOX, &path))
		return 0;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	e_error(ns->user->event,
		"alumni expire: The mail folder %s is not there, but the "
		"account has messages in Trash; is a file system not mounted?",
		path);
	return -1;
}

static int expire_namespaces(struct mail_user *user, bool must_exist,
			     time_t cutoff, bool try_only,
			     struct expire_tally *tally)
{
	struct mail_namespace *ns;
	int ret = 0;

	for (ns = user->namespaces; ns != NULL; ns = ns->next) {
		if (ns->type != MAIL_NAMESPACE_TYPE_PRIVATE ||
		    ns->alias_for != NULL)
			continue;
		if (must_exist && expire_check_folder(ns) < 0)
			return -1;
		if (expire_namespace(ns, cutoff, try_only, tally) < 0)
			ret = -1;
	}
	return ret;
}

/* What the visit of a user found, on its way to the account store. */
struct expire_visit {
	expire_user_callback *callback;
	void *context;
};

static void expire_visit_answered(enum expire_answer answer, void *context)
{
	struct expire_visit visit = *(struct expire_visit *)context;
	enum expire_result result = EXPIRE_FAILED;

	i_free(context);
	switch (answer) {
	case EXPIRE_ANSWER_WRITTEN:
		result = EXPIRE_DONE;
		break;
	case EXPIRE_ANSWER_NOT_FOUND:
		result = EXPIRE_AGAIN;
		break;
	case EXPIRE_ANSWER_FAILED:
		break;
	}
	visit.callback(result, visit.context);
}

static void expire_send(struct mail_user *user, const struct expire_news *news,
			expire_user_callback *callback, void *context)
{
	struct expire_visit *visit = i_new(struct expire_visit, 1);

	visit->callback = callback;
	visit->context = context;
	if (expire_report_send(user, news, expire_visit_answered, visit) < 0) {
		usage_publish_give_back(user);
		expire_visit_answered(EXPIRE_ANSWER_FAILED, visit);
	}
}

/* Does all before the report. Returns EXPIRE_DONE if there is one to send. */
static enum expire_result expire_visit(struct mail_user *user,
				       enum expire_mode mode,
				       const char *next_username,
				       struct expire_tally *tally,
				       struct expire_news *news_r)
{
	struct wire_trash_state state;
	int64_t cutoff = 0;
	int ret;

	ret = trash_state_get(user, &state);
	if (next_username != NULL)
		trash_state_ask(next_username);
	if (ret <= 0)
		return ret < 0 ? EXPIRE_FAILED : EXPIRE_NOTHING;
	if (mode != EXPIRE_LOOK) {
		if (state.retention == 0)
			return EXPIRE_NOTHING;
		cutoff = (int64_t)time(NULL) - state.retention;
	}
	if (expire_namespaces(user, state.oldest != 0, cutoff,
			      mode == EXPIRE_TRY, tally) < 0)
		return EXPIRE_FAILED;
	if (mode == EXPIRE_TRY)
		return EXPIRE_DONE;
	ret = usage_publish_take(user, mode == EXPIRE_LOOK, news_r->usage);
	if (ret < 0)
		return EXPIRE_FAILED;
	news_r->usage_count = (unsigned int)ret;
	news_r->trash.generation = state.generation;
	news_r->trash.oldest_left = tally->oldest_left;
	return EXPIRE_DONE;
}

void expire_user_begin(struct mail_user *user, enum expire_mode mode,
		       const char *next_username, struct expire_tally *tally,
		       expire_user_callback *callback, void *context)
{
	struct expire_news news;
	enum expire_result result;

	i_zero(tally);
	i_zero(&news);
	result = expire_visit(user, mode, next_username, tally, &news);
	if (result == EXPIRE_DONE && mode != EXPIRE_TRY)
		expire_send(user, &news, callback, context);
	else
		callback(result, context);
}

static void expire_user_answered(enum expire_result result, void *context)
{
	*(enum expire_result *)context = result;
}

/* True if the store now knows what was found: a session that puts something
   into Trash comes first. */
static bool expire_is_known(struct mail_user *user,
			    const struct expire_tally *tally)
{
	struct wire_trash_state state;

	return trash_state_get(user, &state) > 0 &&
	       state.oldest == tally->oldest_left;
}

static enum expire_result expire_user_once(struct mail_user *user,
					   enum expire_mode mode,
					   struct expire_tally *tally)
{
	enum expire_result result = EXPIRE_FAILED;
	bool is_sent;

	expire_user_begin(user, mode, NULL, tally, expire_user_answered,
			  &result);
	is_sent = expire_report_count() > 0;
	expire_report_wait();
	if (is_sent && result != EXPIRE_DONE)
		usage_publish_give_back(user);
	return result;
}

static bool expire_is_to_be_repeated(struct mail_user *user,
				     enum expire_mode mode,
				     enum expire_result result,
				     const struct expire_tally *tally)
{
	return result == EXPIRE_AGAIN ||
	       (result == EXPIRE_DONE && mode == EXPIRE_LOOK &&
		!expire_is_known(user, tally));
}

enum expire_result expire_user(struct mail_user *user, enum expire_mode mode,
			       struct expire_tally *tally_r)
{
	unsigned int expunged = 0;
	enum expire_result result;
	int tries = EXPIRE_TRIES;

	do {
		result = expire_user_once(user, mode, tally_r);
		expunged += tally_r->expunged;
	} while (--tries > 0 &&
		 expire_is_to_be_repeated(user, mode, result, tally_r));
	tally_r->expunged = expunged;
	if (result == EXPIRE_AGAIN) {
		e_error(user->event, "alumni expire: Mail comes in all the "
				     "time, so that its usage cannot be told");
		result = EXPIRE_FAILED;
	}
	return result;
}

void expire_user_finish(void)
{
	expire_report_finish();
	trash_state_finish();
}
