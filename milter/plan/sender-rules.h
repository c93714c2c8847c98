/* SPDX-License-Identifier: MIT
 *
 * Decides whether a person who logged in may send to one more recipient. The
 * decision is pure: the account, its counts and the clock are arguments.
 */
#ifndef ALUMNI_MILTER_PLAN_SENDER_RULES_H
#define ALUMNI_MILTER_PLAN_SENDER_RULES_H

#include <stdint.h>

#include "lib/account/account.h"
#include "lib/account/activity.h"
#include "lib/configuration/configuration.h"
#include "milter/plan/envelope-plan.h"

enum sender_verdict {
	SENDER_MAY_SEND,
	SENDER_UNKNOWN,          /* the login has no account any more */
	SENDER_DISABLED,         /* the session is older than that */
	SENDER_PASSWORD_CHANGED, /* and so is what it logged in with */
	SENDER_BLOCKED,          /* is blocked */
	SENDER_OVER_HOUR_LIMIT,  /* is to be blocked */
	SENDER_OVER_DAY_LIMIT,   /* is to be blocked */
};

/* When the session began, and when a password of the account was last changed
   (0 = never), in Unix seconds. */
struct sender_session {
	int64_t begun_at;
	int64_t passwords_changed_at;
};

/* Judges one more recipient at the time now (Unix seconds). account is NULL
   when the login has none; activity is what it sent before. Of several reasons
   to refuse, the first in the order of the enum is returned. */
enum sender_verdict
sender_rules_judge(const struct configuration *configuration,
		   const struct account *account,
		   const struct sender_session *session,
		   const struct activity *activity, int64_t now);

/* The reason for blocking the account, for people; NULL if it is not to be
   blocked. */
const char *sender_verdict_block_reason(enum sender_verdict verdict);

/* The answer; its code is NULL for SENDER_MAY_SEND. */
struct smtp_reply sender_rules_reply(const struct configuration *configuration,
				     const char *contact,
				     enum sender_verdict verdict);

#endif
