/* SPDX-License-Identifier: MIT
 *
 * A quota root of Dovecot has its limits in two fields, which every check reads
 * anew; see plugins/quota/limits.h.
 *
 * They are refreshed from two places: by the plugin before it saves or copies,
 * and here before anybody reads the usage, which GETQUOTA does without a
 * transaction.
 */
#include "plugins/common/dovecot-glue.h"

#include "mail-user.h"
#include "quota-private.h"

#include "plugins/common/mail-dict.h"
#include "plugins/quota/alumni-quota-user.h"
#include "plugins/quota/limits.h"
#include "plugins/quota/quota-glue.h"
#include "plugins/quota/usage.h"
#include "protocol/dict-keys.h"
#include "protocol/usage.h"

struct quota_limits {
	struct mail_user *user;
	struct dict *dict;
	struct quota_root *root;
	time_t asked_at;
	/* trash_allowance -1 = not asked yet */
	struct wire_limits now;
	bool raised : 1;
	bool asking : 1;

	enum quota_get_result (*get_resource)(struct quota_root *root,
					      const char *name,
					      uint64_t *value_r,
					      const char **error_r);
};

/* The present limits, for every check to come. */
static void limits_apply(struct quota_limits *limits)
{
	limits->root->bytes_limit = limits->now.bytes;
	limits->root->count_limit = limits->now.messages;
}

static void limits_ask(struct quota_limits *limits)
{
	struct error error = {.text = ""};
	const char *value;

	limits->asking = TRUE;
	if (mail_dict_lookup(limits->user, limits->dict, DICT_KEY_QUOTA_LIMITS,
			     &value) > 0 &&
	    wire_limits_parse(value, &limits->now, &error) < 0) {
		e_error(limits->user->event,
			"alumni_quota: " DICT_KEY_QUOTA_LIMITS
			" has an unknown form: %s",
			error.text);
	}
	limits->asking = FALSE;
	/* Also after a failure: a dict that is down is not asked for every
	   message. */
	limits->asked_at = time(NULL);
}

void quota_limits_refresh(struct quota_limits *limits)
{
	time_t now = time(NULL);

	if (limits->raised || limits->asking)
		return;
	/* A clock that was set back makes them stale too. */
	if (now >= limits->asked_at &&
	    now - limits->asked_at < QUOTA_LIMITS_FRESH_SECS)
		return;
	T_BEGIN
	{
		limits_ask(limits);
	}
	T_END;
	limits_apply(limits);
}

static int64_t limits_sum(int64_t limit, int64_t allowance)
{
	if (limit == 0 || allowance == 0)
		return 0;
	return limit > INT64_MAX - allowance ? INT64_MAX : limit + allowance;
}

/* Below three quarters, when the message is no more than a sixteenth. */
static bool limit_is_far(int64_t limit, uint64_t used, uint64_t more)
{
	const uint64_t whole = (uint64_t)limit;

	return limit == 0 ||
	       (more <= whole / 16 && used <= whole / 4 * 3 - more);
}

bool quota_limits_are_far(const struct quota_limits *limits, uint64_t bytes,
			  uint64_t messages, uint64_t size)
{
	/* Each line feed may count as two bytes. */
	if (size > UINT64_MAX / 2)
		return FALSE;
	return limit_is_far(limits->now.bytes, bytes, 2 * size) &&
	       limit_is_far(limits->now.messages, messages, 1);
}

void quota_limits_raise_for_trash(struct quota_limits *limits)
{
	if (limits->now.trash_allowance < 0) {
		T_BEGIN
		{
			limits_ask(limits);
		}
		T_END;
	}
	limits_apply(limits);
	/* A person who cannot delete is worse than a quota exceeded for a
	   while, so not knowing is unlimited. */
	limits->root->bytes_limit = limits_sum(
		limits->now.bytes, I_MAX(limits->now.trash_allowance, 0));
	/* What is bounded is space. */
	limits->root->count_limit = 0;
	limits->raised = TRUE;
}

void quota_limits_raise(struct quota_limits *limits)
{
	limits->root->bytes_limit = 0;
	limits->root->count_limit = 0;
	limits->raised = TRUE;
}

void quota_limits_lower(struct quota_limits *limits)
{
	limits->raised = FALSE;
	limits_apply(limits);
}

bool quota_limits_are_raised(const struct quota_limits *limits)
{
	return limits->raised;
}

static enum quota_get_result limits_get_resource(struct quota_root *root,
						 const char *name,
						 uint64_t *value_r,
						 const char **error_r)
{
	struct alumni_quota_user *quser = ALUMNI_QUOTA_USER(root->quota->user);

	quota_limits_refresh(quser->limits);
	return quser->limits->get_resource(root, name, value_r, error_r);
}

struct quota_limits *quota_limits_init(struct mail_user *user,
				       struct dict *dict)
{
	struct quota_root *root = quota_usage_root(user);
	struct quota_limits *limits;

	if (root == NULL)
		return NULL;
	limits = p_new(user->pool, struct quota_limits, 1);
	limits->user = user;
	limits->dict = dict;
	limits->root = root;
	limits->asked_at = time(NULL);
	limits->now.bytes = root->bytes_limit;
	limits->now.messages = root->count_limit;
	limits->now.trash_allowance = -1;
	quota_glue_take_limits(user);
	limits->get_resource = root->backend.v.get_resource;
	root->backend.v.get_resource = limits_get_resource;
	return limits;
}
