/* SPDX-License-Identifier: MIT
 *
 * Tags of forwarded messages; see milter/plan/forward-tag.h.
 */
#include "milter/plan/forward-tag.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* The secret also signs SRS addresses. The text that is hashed here begins with
   words of its own, so that neither hash can stand in for the other. */
static const char purpose[] = "alumnimail forwarded 1";

static void make_mac(const char *secret, const char *account_id,
		     const char *nonce_text,
		     unsigned char mac_r[FORWARD_TAG_MAC_BYTES])
{
	crypto_auth_hmacsha256_state state;
	unsigned char full[crypto_auth_hmacsha256_BYTES];

	crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret,
				    strlen(secret));
	/* Including their NULs, which separate the parts. */
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)purpose,
				      sizeof(purpose));
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)nonce_text,
				      strlen(nonce_text) + 1);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)account_id,
				      strlen(account_id) + 1);
	crypto_auth_hmacsha256_final(&state, full);
	memcpy(mac_r, full, FORWARD_TAG_MAC_BYTES);
	sodium_memzero(&state, sizeof(state));
}

void forward_tag_make(const char *secret, const char *account_id,
		      const unsigned char nonce[FORWARD_TAG_NONCE_BYTES],
		      char tag_r[FORWARD_TAG_TEXT_BYTES])
{
	char nonce_text[2 * FORWARD_TAG_NONCE_BYTES + 1];
	char mac_text[2 * FORWARD_TAG_MAC_BYTES + 1];
	unsigned char mac[FORWARD_TAG_MAC_BYTES];

	sodium_bin2hex(nonce_text, sizeof(nonce_text), nonce,
		       FORWARD_TAG_NONCE_BYTES);
	make_mac(secret, account_id, nonce_text, mac);
	sodium_bin2hex(mac_text, sizeof(mac_text), mac, sizeof(mac));
	(void)snprintf(tag_r, FORWARD_TAG_TEXT_BYTES, "%s.%s", nonce_text,
		       mac_text);
}

bool forward_tag_matches(const char *const *secrets, size_t secret_count,
			 const char *account_id, const char *tag)
{
	char nonce_text[2 * FORWARD_TAG_NONCE_BYTES + 1];
	unsigned char given[FORWARD_TAG_MAC_BYTES];
	unsigned char expected[FORWARD_TAG_MAC_BYTES];
	const size_t nonce_length = 2 * FORWARD_TAG_NONCE_BYTES;
	size_t given_length;
	bool matches = false;

	if (strlen(tag) != FORWARD_TAG_TEXT_BYTES - 1 ||
	    tag[nonce_length] != '.')
		return false;
	memcpy(nonce_text, tag, nonce_length);
	nonce_text[nonce_length] = '\0';
	if (sodium_hex2bin(given, sizeof(given), tag + nonce_length + 1,
			   2 * FORWARD_TAG_MAC_BYTES, NULL, &given_length,
			   NULL) != 0 ||
	    given_length != sizeof(given))
		return false;
	for (size_t i = 0; i < secret_count; i++) {
		make_mac(secrets[i], account_id, nonce_text, expected);
		if (sodium_memcmp(given, expected, sizeof(given)) == 0)
			matches = true;
	}
	return matches;
}
