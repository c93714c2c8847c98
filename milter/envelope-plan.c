/* SPDX-License-Identifier: MIT
 *
 * The rules of the envelope; see envelope-plan.h.
 */
#include "milter/envelope-plan.h"

#include <stdlib.h>
#include <string.h>

#include "lib/address.h"
#include "lib/mail-quota.h"
#include "milter/envelope-edits.h"
#include "milter/recipient.h"

static const struct smtp_reply nothing;

static const struct smtp_reply mailbox_disabled = {"550", "5.2.1",
						   "This mailbox is disabled"};
static const struct smtp_reply mailbox_full = {
	"552", "5.2.2", "The mailbox is full: its quota is used up"};
static const struct smtp_reply message_does_not_fit = {
	"552", "5.2.2",
	"The mailbox is over quota: there is no room for a message of this "
	"size"};

static bool may_refuse_for_quota(const struct envelope *envelope,
				 const struct envelope_recipient *recipient)
{
	return !envelope->authenticated && !envelope->internal &&
	       !recipient->is_role;
}

static bool forwards(const struct envelope_recipient *recipient)
{
	return recipient->account != NULL && recipient->account->enabled &&
	       account_forwards(recipient->account) && !recipient->came_back;
}

/* Whether the account's quota can matter at all for this recipient. */
static bool is_limited(const struct envelope_rules *rules,
		       const struct envelope_recipient *recipient)
{
	const struct account *account = recipient->account;

	return account != NULL && account->enabled && !recipient->is_role &&
	       account_stores_mail(account) &&
	       mail_quota_limit(account, rules->configuration) != 0;
}

static bool is_over_quota(const struct envelope_rules *rules,
			  const struct envelope_recipient *recipient,
			  int64_t size)
{
	const struct account *account = recipient->account;

	return is_limited(rules, recipient) &&
	       !mail_quota_fits(account->usage_bytes, size,
				mail_quota_limit(account, rules->configuration),
				rules->configuration->quota_grace);
}

/* Over quota, a forwarding account may give up its copy instead of being
   refused. */
static bool gives_up_copy(const struct envelope_rules *rules,
			  const struct envelope_recipient *recipient)
{
	return forwards(recipient) && rules->configuration->over_quota_copy ==
					      OVER_QUOTA_COPY_FORWARD_ONLY;
}

struct smtp_reply
envelope_plan_recipient(const struct envelope_rules *rules,
			const struct envelope *envelope,
			const struct envelope_recipient *recipient)
{
	if (recipient->account == NULL || recipient->is_role ||
	    envelope->internal)
		return nothing;
	if (!recipient->account->enabled)
		return mailbox_disabled;
	if (!may_refuse_for_quota(envelope, recipient) ||
	    !is_over_quota(rules, recipient, envelope->size) ||
	    gives_up_copy(rules, recipient))
		return nothing;
	return is_over_quota(rules, recipient, 0) ? mailbox_full
						  : message_does_not_fit;
}

/* The size decides whether a recipient is refused, or a copy is kept, or
   (reject) whether the message is forwarded. */
static bool needs_size(const struct envelope_rules *rules,
		       const struct envelope *envelope,
		       const struct envelope_recipient *recipient)
{
	return is_limited(rules, recipient) &&
	       (forwards(recipient) ||
		may_refuse_for_quota(envelope, recipient));
}

bool envelope_plan_needs_size(const struct envelope_rules *rules,
			      const struct envelope *envelope)
{
	for (size_t i = 0; i < envelope->recipient_count; i++) {
		if (needs_size(rules, envelope, &envelope->recipients[i]))
			return true;
	}
	return false;
}

bool envelope_plan_needs_message(const struct envelope_rules *rules,
				 const struct envelope *envelope)
{
	for (size_t i = 0; i < envelope->recipient_count; i++) {
		if (forwards(&envelope->recipients[i]))
			return true;
	}
	return envelope_plan_needs_size(rules, envelope);
}

static enum recipient_fate
decide_fate(const struct envelope_rules *rules, const struct envelope *envelope,
	    const struct envelope_recipient *recipient)
{
	bool over;

	if (recipient->account == NULL)
		return RECIPIENT_FATE_OTHER;
	over = is_over_quota(rules, recipient, envelope->size);
	if (over && !gives_up_copy(rules, recipient))
		return RECIPIENT_FATE_OVER_QUOTA;
	if (!forwards(recipient))
		return recipient->came_back ? RECIPIENT_FATE_CAME_BACK
					    : RECIPIENT_FATE_KEPT;
	if (!recipient->account->forward_keep_copy)
		return RECIPIENT_FATE_FORWARDED;
	return over ? RECIPIENT_FATE_COPY_LEFT_OUT : RECIPIENT_FATE_COPIED;
}

/* Only when nobody at all could take the message; otherwise LMTP refuses those
   who cannot, each for itself. */
static bool must_be_refused(const struct envelope *envelope,
			    const enum recipient_fate *fates)
{
	for (size_t i = 0; i < envelope->recipient_count; i++) {
		if (fates[i] != RECIPIENT_FATE_OVER_QUOTA ||
		    !may_refuse_for_quota(envelope, &envelope->recipients[i]))
			return false;
	}
	return envelope->recipient_count > 0;
}

int envelope_plan_message(const struct envelope_rules *rules,
			  const struct envelope *envelope,
			  struct envelope_plan *plan_r, struct error *error)
{
	*plan_r = (struct envelope_plan){0};
	plan_r->fates =
		calloc(envelope->recipient_count + 1, sizeof(*plan_r->fates));
	if (plan_r->fates == NULL)
		return error_set(error, "out of memory");
	for (size_t i = 0; i < envelope->recipient_count; i++)
		plan_r->fates[i] =
			decide_fate(rules, envelope, &envelope->recipients[i]);
	if (must_be_refused(envelope, plan_r->fates)) {
		plan_r->reply = message_does_not_fit;
		return 0;
	}
	return envelope_edits_make(rules, envelope, plan_r, error);
}

void envelope_plan_free(struct envelope_plan *plan)
{
	for (size_t i = 0; i < plan->edit_count; i++) {
		free(plan->edits[i].address);
		free(plan->edits[i].parameters);
	}
	free(plan->edits);
	free(plan->fates);
	*plan = (struct envelope_plan){0};
}

bool recipient_fate_forwards(enum recipient_fate fate)
{
	return fate == RECIPIENT_FATE_FORWARDED ||
	       fate == RECIPIENT_FATE_COPIED ||
	       fate == RECIPIENT_FATE_COPY_LEFT_OUT;
}

const char *recipient_fate_name(enum recipient_fate fate)
{
	static const char *const names[] = {
		[RECIPIENT_FATE_OTHER] = "other",
		[RECIPIENT_FATE_KEPT] = "kept",
		[RECIPIENT_FATE_FORWARDED] = "forwarded",
		[RECIPIENT_FATE_COPIED] = "copied",
		[RECIPIENT_FATE_COPY_LEFT_OUT] = "copy-left-out",
		[RECIPIENT_FATE_CAME_BACK] = "came-back",
		[RECIPIENT_FATE_OVER_QUOTA] = "over-quota",
	};

	return names[fate];
}
