/* SPDX-License-Identifier: MIT
 *
 * What the account store knew of a user's usage when the session began: the
 * userdb tells it, so that nobody has to ask or to count.
 */
#ifndef ALUMNI_PLUGINS_QUOTA_KNOWN_USAGE_H
#define ALUMNI_PLUGINS_QUOTA_KNOWN_USAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct mail_user;

/* The state of INBOX: which messages it had. */
struct inbox_state {
	uint32_t uid_validity;
	uint32_t uid_next; /* 0 = not known */
};

struct known_usage {
	bool is_known;
	time_t asked_at;
	uint64_t bytes, messages;
	/* When they were counted. */
	struct inbox_state inbox;
};

/* is_known is false if the userdb is not ours. */
void known_usage_get(struct mail_user *user, struct known_usage *known_r);

bool inbox_state_equals(const struct inbox_state *a,
			const struct inbox_state *b);

#endif
