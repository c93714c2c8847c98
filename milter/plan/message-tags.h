/* SPDX-License-Identifier: MIT
 *
 * The tags in the headers of one message: the tags that it came with, and the
 * tags that forwarding adds.
 */
#ifndef ALUMNI_MILTER_PLAN_MESSAGE_TAGS_H
#define ALUMNI_MILTER_PLAN_MESSAGE_TAGS_H

#include <stdbool.h>
#include <stddef.h>

#include "milter/plan/envelope-plan.h"
#include "milter/plan/forward-tag.h"

/* A message with more tags has been forwarded more often than any MTA permits.
   Further tags are ignored. */
#define MESSAGE_TAGS_MAX 64

struct message_tags {
	char tags[MESSAGE_TAGS_MAX][FORWARD_TAG_TEXT_BYTES];
	size_t count;
};

/* Adds the words of a header value that have the length of a tag, up to
   MESSAGE_TAGS_MAX in all. Whether they are tags is seen by
   message_tags_have(). */
void message_tags_see(struct message_tags *tags, const char *value);

/* True if one of them was made for the account. */
bool message_tags_have(const struct message_tags *tags,
		       const char *const *secrets, size_t secret_count,
		       const char *account_id);

/* Makes the header value for the accounts that the plan forwards for: a new tag
   for each account, one on each line. *header_r is NULL if there are none. The
   caller frees it. Returns 0, or -1 when out of memory. */
int message_tags_make(const char *secret, const struct envelope *envelope,
		      const struct envelope_plan *plan, char **header_r);

#endif
