/* SPDX-License-Identifier: MIT
 *
 * What the account store knew of a user's usage when the session began: the
 * userdb tells it, so that nobody has to ask or to count.
 */
#ifndef ALUMNI_PLUGINS_QUOTA_KNOWN_USAGE_H
#define ALUMNI_PLUGINS_QUOTA_KNOWN_USAGE_H

#include <stdbool.h>
#include <time.h>

#include "protocol/usage.h"

struct mail_user;

struct known_usage {
	bool is_known;
	time_t asked_at;
	struct wire_usage usage;
};

/* is_known is false if the userdb is not ours. */
void known_usage_get(struct mail_user *user, struct known_usage *known_r);

/* True if INBOX has the same messages, as far as the two can tell. */
bool inbox_state_equals(const struct wire_inbox *a, const struct wire_inbox *b);

#endif
