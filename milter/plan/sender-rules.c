/* SPDX-License-Identifier: MIT
 *
 * Who may send; see milter/plan/sender-rules.h.
 */
#include "milter/plan/sender-rules.h"

#include <stdbool.h>
#include <stddef.h>

#include "lib/mail/reply-text.h"

static bool is_reached(unsigned int limit, int64_t count)
{
	return limit != 0 && count >= (int64_t)limit;
}

enum sender_verdict
sender_rules_judge(const struct configuration *configuration,
		   const struct account *account,
		   const struct sender_session *session,
		   const struct activity *activity, int64_t now)
{
	if (account == NULL)
		return SENDER_UNKNOWN;
	if (!account->enabled)
		return SENDER_DISABLED;
	if (session->passwords_changed_at > session->begun_at)
		return SENDER_PASSWORD_CHANGED;
	if (account_sending_is_blocked(account))
		return SENDER_BLOCKED;
	if (is_reached(configuration->submission_recipients_per_hour,
		       activity_sent_this_hour(activity, now)))
		return SENDER_OVER_HOUR_LIMIT;
	if (is_reached(configuration->submission_recipients_per_day,
		       activity_sent_today(activity, now)))
		return SENDER_OVER_DAY_LIMIT;
	return SENDER_MAY_SEND;
}

const char *sender_verdict_block_reason(enum sender_verdict verdict)
{
	switch (verdict) {
	case SENDER_OVER_HOUR_LIMIT:
		return "too many recipients within an hour";
	case SENDER_OVER_DAY_LIMIT:
		return "too many recipients within a day";
	default:
		return NULL;
	}
}

struct smtp_reply sender_rules_reply(const struct configuration *configuration,
				     const char *contact,
				     enum sender_verdict verdict)
{
	const struct reply_figures figures = {.contact = contact};
	struct smtp_reply reply = {"550", "5.7.1", ""};

	switch (verdict) {
	case SENDER_MAY_SEND:
		return (struct smtp_reply){NULL};
	case SENDER_UNKNOWN:
	case SENDER_DISABLED:
		reply_text_format("The account of this login is disabled",
				  &figures, reply.text);
		break;
	case SENDER_PASSWORD_CHANGED:
		/* Postfix hangs up after a 421 (RFC 5321, 3.8), and the mail
		   program logs in again. */
		reply = (struct smtp_reply){"421", "4.7.0", ""};
		reply_text_format("The password was changed, log in again",
				  &figures, reply.text);
		break;
	case SENDER_BLOCKED:
	case SENDER_OVER_HOUR_LIMIT:
	case SENDER_OVER_DAY_LIMIT:
		reply_text_format(configuration->sending_blocked_text, &figures,
				  reply.text);
		break;
	}
	return reply;
}
