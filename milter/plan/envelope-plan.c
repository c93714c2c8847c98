/* SPDX-License-Identifier: MIT
 *
 * The rules of the envelope; see milter/plan/envelope-plan.h.
 */
#include "milter/plan/envelope-plan.h"

#include <stdlib.h>
#include <string.h>

#include "lib/configuration/limits.h"
#include "lib/mail/address.h"
#include "lib/mail/quota.h"
#include "milter/plan/envelope-edits.h"
#include "milter/plan/recipient.h"

static const struct smtp_reply nothing;

static const struct smtp_reply mailbox_disabled = {"550", "5.2.1",
						   "This mailbox is disabled"};
static const struct smtp_reply nobody_has_room = {
	"552", "5.2.2",
	"No recipient's mailbox has room for this message, within its quota"};
static const struct smtp_reply from_is_foreign = {
	"550", "5.7.1",
	"The From header must hold an address of the account that you logged "
	"in with, and no other"};

static bool may_refuse_for_quota(const struct envelope *envelope,
				 const struct envelope_recipient *recipient)
{
	return !envelope->authenticated && !envelope->internal &&
	       !recipient->is_role;
}

/* True if the account has a forwarding address for mail. */
static bool wants_forwarding(const struct envelope_recipient *recipient)
{
	return recipient->account != NULL && recipient->account->enabled &&
	       account_forwards(recipient->account);
}

/* Writes the target in its form for the envelope. Returns false if mail cannot
   be forwarded there. The target may be one of our own addresses, which would
   make a loop, or it was not checked when it was set. */
static bool find_target(const struct envelope_rules *rules,
			const struct envelope_recipient *recipient,
			char target_r[ADDRESS_BYTES])
{
	return forward_address_check(
		       recipient->account->forward_address,
		       (const char *const *)rules->configuration->domains,
		       target_r, NULL) == 0;
}

static bool is_past_limit(const struct envelope_rules *rules,
			  const struct envelope_recipient *recipient)
{
	unsigned int limit = rules->configuration->forward_messages_per_day;

	return limit != 0 && recipient->forwarded_today >= (int64_t)limit;
}

/* The reason why mail of a forwarding account stays here, or
   RECIPIENT_FATE_FORWARDED. */
static enum recipient_fate find_hold(const struct envelope_rules *rules,
				     const struct envelope *envelope,
				     const struct envelope_recipient *recipient)
{
	char target[ADDRESS_BYTES];

	if (recipient->came_back)
		return RECIPIENT_FATE_CAME_BACK;
	if (envelope->suspicion != SUSPICION_NONE)
		return RECIPIENT_FATE_HELD_SPAM;
	if (envelope->is_notice)
		return RECIPIENT_FATE_HELD_NOTICE;
	if (!find_target(rules, recipient, target))
		return RECIPIENT_FATE_HELD_TARGET;
	if (is_past_limit(rules, recipient))
		return RECIPIENT_FATE_HELD_LIMIT;
	return RECIPIENT_FATE_FORWARDED;
}

static bool forwards(const struct envelope_rules *rules,
		     const struct envelope *envelope,
		     const struct envelope_recipient *recipient)
{
	return wants_forwarding(recipient) &&
	       find_hold(rules, envelope, recipient) ==
		       RECIPIENT_FATE_FORWARDED;
}

/* True if the account's quota can matter for this recipient. */
static bool is_limited(const struct envelope_rules *rules,
		       const struct envelope *envelope,
		       const struct envelope_recipient *recipient)
{
	const struct account *account = recipient->account;

	return account != NULL && account->enabled && !recipient->is_role &&
	       limits_quota(account, rules->configuration) != 0 &&
	       (account_stores_mail(account) ||
		!forwards(rules, envelope, recipient));
}

static bool is_over_quota(const struct envelope_rules *rules,
			  const struct envelope *envelope,
			  const struct envelope_recipient *recipient)
{
	const struct account *account = recipient->account;

	return is_limited(rules, envelope, recipient) &&
	       !mail_quota_fits(account->usage_bytes, envelope->size,
				limits_quota(account, rules->configuration),
				rules->configuration->quota_grace);
}

/* A forwarding account that is over quota may lose its copy instead of being
   refused. */
static bool gives_up_copy(const struct envelope_rules *rules,
			  const struct envelope *envelope,
			  const struct envelope_recipient *recipient)
{
	return rules->configuration->over_quota_copy ==
		       OVER_QUOTA_COPY_FORWARD_ONLY &&
	       forwards(rules, envelope, recipient);
}

static struct smtp_reply
refuse_for_quota(const struct envelope_rules *rules,
		 const struct envelope *envelope,
		 const struct envelope_recipient *recipient)
{
	const struct reply_figures figures = {
		.used = recipient->account->usage_bytes,
		.quota = limits_quota(recipient->account, rules->configuration),
		.size = envelope->size,
		.contact = rules->contact,
	};
	struct smtp_reply reply = {"552", "5.2.2", ""};

	reply_text_format(rules->configuration->over_quota_text, &figures,
			  reply.text);
	return reply;
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
	    !is_over_quota(rules, envelope, recipient) ||
	    gives_up_copy(rules, envelope, recipient))
		return nothing;
	return refuse_for_quota(rules, envelope, recipient);
}

/* The size decides whether a recipient is refused, or a copy is kept, or
   (reject) whether the message is forwarded. */
static bool needs_size(const struct envelope_rules *rules,
		       const struct envelope *envelope,
		       const struct envelope_recipient *recipient)
{
	return is_limited(rules, envelope, recipient) &&
	       (may_refuse_for_quota(envelope, recipient) ||
		forwards(rules, envelope, recipient));
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

/* True if the sender logged in and the From header must be checked. */
static bool needs_from(const struct envelope_rules *rules,
		       const struct envelope *envelope)
{
	return envelope->authenticated &&
	       rules->configuration->submission_check_from;
}

bool envelope_plan_needs_message(const struct envelope_rules *rules,
				 const struct envelope *envelope)
{
	if (needs_from(rules, envelope))
		return true;
	for (size_t i = 0; i < envelope->recipient_count; i++) {
		if (wants_forwarding(&envelope->recipients[i]))
			return true;
	}
	return envelope_plan_needs_size(rules, envelope);
}

static enum recipient_fate
decide_fate(const struct envelope_rules *rules, const struct envelope *envelope,
	    const struct envelope_recipient *recipient)
{
	enum recipient_fate fate;
	bool over;

	if (recipient->account == NULL)
		return RECIPIENT_FATE_OTHER;
	over = is_over_quota(rules, envelope, recipient);
	if (over && !gives_up_copy(rules, envelope, recipient))
		return RECIPIENT_FATE_OVER_QUOTA;
	if (!wants_forwarding(recipient))
		return RECIPIENT_FATE_KEPT;
	fate = find_hold(rules, envelope, recipient);
	if (fate != RECIPIENT_FATE_FORWARDED)
		return fate;
	if (!recipient->account->forward_keep_copy)
		return RECIPIENT_FATE_FORWARDED;
	return over ? RECIPIENT_FATE_COPY_LEFT_OUT : RECIPIENT_FATE_COPIED;
}

/* Fills in the fate of one recipient. Returns 0, or -1 when out of memory. */
static int decide_recipient(const struct envelope_rules *rules,
			    const struct envelope *envelope, size_t index,
			    struct envelope_plan *plan)
{
	const struct envelope_recipient *recipient =
		&envelope->recipients[index];
	char target[ADDRESS_BYTES];

	plan->fates[index] = decide_fate(rules, envelope, recipient);
	/* Even if there seems to be no room: delivery decides that. */
	if (wants_forwarding(recipient) &&
	    find_hold(rules, envelope, recipient) == RECIPIENT_FATE_HELD_SPAM)
		plan->is_junk = true;
	if (!recipient_fate_forwards(plan->fates[index]) ||
	    !find_target(rules, recipient, target))
		return 0;
	plan->targets[index] = strdup(target);
	return plan->targets[index] == NULL ? -1 : 0;
}

/* Only if no recipient can take the message. Otherwise LMTP refuses each
   recipient that cannot. */
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

static int decide_all(const struct envelope_rules *rules,
		      const struct envelope *envelope,
		      struct envelope_plan *plan, struct error *error)
{
	plan->recipient_count = envelope->recipient_count;
	plan->fates =
		calloc(envelope->recipient_count + 1, sizeof(*plan->fates));
	plan->targets =
		calloc(envelope->recipient_count + 1, sizeof(*plan->targets));
	if (plan->fates == NULL || plan->targets == NULL)
		return error_set(error, "out of memory");
	for (size_t i = 0; i < envelope->recipient_count; i++) {
		if (decide_recipient(rules, envelope, i, plan) < 0)
			return error_set(error, "out of memory");
	}
	return 0;
}

/* A reply for the whole message, or none. */
static struct smtp_reply find_reply(const struct envelope_rules *rules,
				    const struct envelope *envelope,
				    const struct envelope_plan *plan)
{
	if (needs_from(rules, envelope) && envelope->from_is_foreign)
		return from_is_foreign;
	if (!must_be_refused(envelope, plan->fates))
		return nothing;
	return envelope->recipient_count == 1
		       ? refuse_for_quota(rules, envelope,
					  &envelope->recipients[0])
		       : nobody_has_room;
}

int envelope_plan_message(const struct envelope_rules *rules,
			  const struct envelope *envelope,
			  struct envelope_plan *plan_r, struct error *error)
{
	*plan_r = (struct envelope_plan){0};
	if (decide_all(rules, envelope, plan_r, error) < 0)
		return -1;
	plan_r->reply = find_reply(rules, envelope, plan_r);
	if (plan_r->reply.code != NULL) {
		plan_r->is_junk = false;
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
	for (size_t i = 0; plan->targets != NULL && i < plan->recipient_count;
	     i++)
		free(plan->targets[i]);
	free(plan->edits);
	free(plan->fates);
	free(plan->targets);
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
		[RECIPIENT_FATE_HELD_SPAM] = "held-spam",
		[RECIPIENT_FATE_HELD_LIMIT] = "held-limit",
		[RECIPIENT_FATE_HELD_TARGET] = "held-target",
		[RECIPIENT_FATE_HELD_NOTICE] = "held-notice",
		[RECIPIENT_FATE_OVER_QUOTA] = "over-quota",
	};

	return names[fate];
}
