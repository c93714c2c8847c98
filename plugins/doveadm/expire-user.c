/* SPDX-License-Identifier: MIT
 *
 * The order of the steps is what makes this safe: the generation is read
 * before any mailbox is opened, and the result is reported with it at the very
 * end, so that it counts only when no session put anything into Trash
 * meanwhile. Usage is published before that even when nothing was expunged:
 * an earlier run may have been interrupted after its expunge, and an account
 * that still looks full would get no mail.
 */
#include "plugins/dovecot-glue.h"

#include <sys/stat.h>

#include "dict.h"
#include "mail-user.h"
#include "mail-namespace.h"
#include "mail-storage.h"
#include "mailbox-list-iter.h"

#include "plugins/doveadm/expire-mailbox.h"
#include "plugins/doveadm/expire-user.h"
#include "plugins/doveadm/usage-publish.h"
#include "plugins/mail-dict/mail-dict.h"
#include "plugins/trash/trash-mailbox.h"

/* How often a look begins anew when sessions put mail into Trash meanwhile. */
#define EXPIRE_LOOK_TRIES 5

/* One connection serves all users: each question says for whom it is. */
static struct dict *expire_dict;

struct trash_state {
	int64_t generation;
	int64_t oldest;    /* Unix seconds, 0 = nothing known to be there */
	int64_t retention; /* seconds, 0 = for ever */
};

static int trash_state_parse(const char *text, struct trash_state *state_r)
{
	const char *const *words = t_strsplit(text, " ");

	if (str_array_length(words) != 3 ||
	    str_to_int64(words[0], &state_r->generation) < 0 ||
	    str_to_int64(words[1], &state_r->oldest) < 0 ||
	    str_to_int64(words[2], &state_r->retention) < 0)
		return -1;
	return state_r->oldest < 0 || state_r->retention < 0 ? -1 : 0;
}

/* Returns 1 found, 0 no such account, -1 failed, logged. */
static int trash_state_get(struct mail_user *user, struct dict *dict,
			   struct trash_state *state_r)
{
	const char *value = NULL, *error = NULL;
	int ret;

	ret = dict_lookup(dict, mail_user_get_dict_op_settings(user),
			  pool_datastack_create(), MAIL_DICT_TRASH_STATE,
			  &value, &error);
	if (ret < 0) {
		e_error(user->event,
			"alumni expire: Cannot look up " MAIL_DICT_TRASH_STATE
			": %s",
			error);
		return -1;
	}
	if (ret > 0 && trash_state_parse(value, state_r) < 0) {
		e_error(user->event,
			"alumni expire: " MAIL_DICT_TRASH_STATE
			" has an unknown form: %s",
			value);
		return -1;
	}
	return ret;
}

static int trash_state_report(struct mail_user *user, struct dict *dict,
			      int64_t generation, time_t oldest_left)
{
	struct dict_transaction_context *transaction;
	const char *error = NULL;

	transaction = dict_transaction_begin(
		dict, mail_user_get_dict_op_settings(user));
	dict_set(transaction, MAIL_DICT_TRASH_EXPIRED,
		 t_strdup_printf("%" PRId64 " %" PRId64, generation,
				 (int64_t)oldest_left));
	/* 0, not found, is an account deleted meanwhile. */
	if (dict_transaction_commit(&transaction, &error) < 0) {
		e_error(user->event,
			"alumni expire: Cannot set " MAIL_DICT_TRASH_EXPIRED
			": %s",
			error);
		return -1;
	}
	return 0;
}

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

static int expire_with_dict(struct mail_user *user, struct dict *dict,
			    enum expire_mode mode, struct expire_tally *tally)
{
	bool try_only = mode == EXPIRE_TRY;
	struct trash_state state;
	int64_t cutoff = 0;
	int ret;

	i_zero(tally);
	ret = trash_state_get(user, dict, &state);
	if (ret <= 0)
		return ret;
	if (mode != EXPIRE_LOOK) {
		if (state.retention == 0)
			return 0;
		cutoff = (int64_t)time(NULL) - state.retention;
	}
	if (expire_namespaces(user, state.oldest != 0, cutoff, try_only,
			      tally) < 0)
		return -1;
	if (try_only)
		return 1;
	if (usage_publish(user, mode == EXPIRE_LOOK) < 0)
		return -1;
	return trash_state_report(user, dict, state.generation,
				  tally->oldest_left) < 0
		       ? -1
		       : 1;
}

/* True if the store now knows what was found. */
static bool expire_is_known(struct mail_user *user, struct dict *dict,
			    const struct expire_tally *tally)
{
	struct trash_state state;

	return trash_state_get(user, dict, &state) > 0 &&
	       state.oldest == tally->oldest_left;
}

static int expire_look(struct mail_user *user, struct dict *dict,
		       struct expire_tally *tally)
{
	int ret, tries = EXPIRE_LOOK_TRIES;

	/* A session that puts something into Trash comes first. */
	do {
		ret = expire_with_dict(user, dict, EXPIRE_LOOK, tally);
	} while (ret > 0 && !expire_is_known(user, dict, tally) && --tries > 0);
	return ret;
}

int expire_user(struct mail_user *user, enum expire_mode mode,
		struct expire_tally *tally_r)
{
	const char *error;

	i_zero(tally_r);
	if (expire_dict == NULL &&
	    mail_dict_open(user->set->base_dir, NULL, 0, &expire_dict, &error) <
		    0) {
		e_error(user->event,
			"alumni expire: Cannot open the dict \"alumni\": %s",
			error);
		return -1;
	}
	if (mode == EXPIRE_LOOK)
		return expire_look(user, expire_dict, tally_r);
	return expire_with_dict(user, expire_dict, mode, tally_r);
}

void expire_user_finish(void)
{
	if (expire_dict != NULL)
		mail_dict_close(&expire_dict);
}
