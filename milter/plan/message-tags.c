/* SPDX-License-Identifier: MIT
 *
 * Tags in headers; see milter/plan/message-tags.h.
 */
#include "milter/plan/message-tags.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void message_tags_see(struct message_tags *tags, const char *value)
{
	/* Folding may have changed on the way. */
	static const char space[] = " \t\r\n";

	for (;;) {
		size_t length;

		value += strspn(value, space);
		length = strcspn(value, space);
		if (length == 0 || tags->count == MESSAGE_TAGS_MAX)
			return;
		if (length == FORWARD_TAG_TEXT_BYTES - 1) {
			char *tag = tags->tags[tags->count++];

			memcpy(tag, value, length);
			tag[length] = '\0';
		}
		value += length;
	}
}

bool message_tags_have(const struct message_tags *tags,
		       const char *const *secrets, size_t secret_count,
		       const char *account_id)
{
	for (size_t i = 0; i < tags->count; i++) {
		if (forward_tag_matches(secrets, secret_count, account_id,
					tags->tags[i]))
			return true;
	}
	return false;
}

/* True if an earlier recipient of the same account has its tag already. */
static bool is_tagged(const struct envelope *envelope,
		      const struct envelope_plan *plan, size_t index)
{
	const char *id = envelope->recipients[index].account->id;

	for (size_t i = 0; i < index; i++) {
		if (recipient_fate_forwards(plan->fates[i]) &&
		    strcmp(envelope->recipients[i].account->id, id) == 0)
			return true;
	}
	return false;
}

static void write_tag(FILE *stream, const char *secret, const char *account_id,
		      bool first)
{
	unsigned char nonce[FORWARD_TAG_NONCE_BYTES];
	char tag[FORWARD_TAG_TEXT_BYTES];

	randombytes_buf(nonce, sizeof(nonce));
	forward_tag_make(secret, account_id, nonce, tag);
	(void)fprintf(stream, "%s%s", first ? "" : "\n\t", tag);
}

int message_tags_make(const char *secret, const struct envelope *envelope,
		      const struct envelope_plan *plan, char **header_r)
{
	char *text = NULL;
	size_t size = 0;
	bool first = true;
	bool failed;
	FILE *stream = open_memstream(&text, &size);

	*header_r = NULL;
	if (stream == NULL)
		return -1;
	for (size_t i = 0; i < envelope->recipient_count; i++) {
		if (!recipient_fate_forwards(plan->fates[i]) ||
		    is_tagged(envelope, plan, i))
			continue;
		write_tag(stream, secret, envelope->recipients[i].account->id,
			  first);
		first = false;
	}
	failed = ferror(stream) != 0;
	if (fclose(stream) != 0 || failed) {
		free(text);
		return -1;
	}
	if (first)
		free(text);
	else
		*header_r = text;
	return 0;
}
