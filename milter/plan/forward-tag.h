/* SPDX-License-Identifier: MIT
 *
 * The tag that identifies a forwarded message. If the message comes back to
 * the account that forwarded it, there is a loop, and the message stays in
 * that account's mailbox. A tag is a nonce and a keyed hash of the nonce and
 * the account's id. It tells outsiders nothing, not even that two messages
 * passed the same account, and outsiders cannot make one.
 */
#ifndef ALUMNI_MILTER_PLAN_FORWARD_TAG_H
#define ALUMNI_MILTER_PLAN_FORWARD_TAG_H

#include <stdbool.h>
#include <stddef.h>

#define FORWARD_TAG_NONCE_BYTES 12
/* Nonce and 16 octets of HMAC-SHA256 in hex with a dot between, and NUL. */
#define FORWARD_TAG_MAC_BYTES 16
#define FORWARD_TAG_TEXT_BYTES                                                 \
	(2 * (FORWARD_TAG_NONCE_BYTES + FORWARD_TAG_MAC_BYTES) + 2)

/* Makes a tag. The nonce should be random. */
void forward_tag_make(const char *secret, const char *account_id,
		      const unsigned char nonce[FORWARD_TAG_NONCE_BYTES],
		      char tag_r[FORWARD_TAG_TEXT_BYTES]);

/* True if the tag was made for this account with one of the secrets. Malformed
   tags are not. The hash is compared in constant time. */
bool forward_tag_matches(const char *const *secrets, size_t secret_count,
			 const char *account_id, const char *tag);

#endif
