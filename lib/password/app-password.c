/* SPDX-License-Identifier: MIT
 *
 * Passwords that this program makes; see lib/password/app-password.h.
 */
#include "lib/password/app-password.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/secret.h"

/* Without 0, o, 1, l and i, which look alike. */
#define ALPHABET      "abcdefghjkmnpqrstuvwxyz23456789"
#define CODE_LENGTH   8
#define PLAIN_LENGTH  (APP_PASSWORD_GROUPS * APP_PASSWORD_GROUP_LENGTH)
#define HASH_PREFIX   "{ALUMNI-APP}"
#define SALT_BYTES    16
#define DIGEST_BYTES  32
#define SALT_DIGITS   (2 * SALT_BYTES)
#define DIGEST_DIGITS (2 * DIGEST_BYTES)

_Static_assert(sizeof(HASH_PREFIX) + SALT_DIGITS + 1 + DIGEST_DIGITS <=
		       APP_PASSWORD_HASH_BYTES,
	       "a hash must fit");

static int initialise(struct error *error)
{
	return sodium_init() < 0
		       ? error_set(error, "libsodium cannot be initialised")
		       : 0;
}

static char random_letter(void)
{
	return ALPHABET[randombytes_uniform(sizeof(ALPHABET) - 1)];
}

int app_password_make(char password_r[APP_PASSWORD_BYTES], struct error *error)
{
	char *end = password_r;

	if (initialise(error) < 0)
		return -1;
	for (int group = 0; group < APP_PASSWORD_GROUPS; group++) {
		for (int i = 0; i < APP_PASSWORD_GROUP_LENGTH; i++)
			*end++ = random_letter();
		*end++ = '-';
	}
	end[-1] = '\0';
	return 0;
}

int app_password_make_code(char code_r[APP_PASSWORD_BYTES], struct error *error)
{
	if (initialise(error) < 0)
		return -1;
	for (int i = 0; i < CODE_LENGTH; i++)
		code_r[i] = random_letter();
	code_r[CODE_LENGTH] = '\0';
	return 0;
}

/* Removes hyphens and spaces, and makes letters small. Returns the length, or 0
   if the text cannot be a password of ours. */
static size_t strip(const char *typed, char plain_r[PLAIN_LENGTH + 1])
{
	size_t length = 0;

	for (const char *p = typed; *p != '\0'; p++) {
		char c = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;

		if (c == '-' || c == ' ')
			continue;
		if (length == PLAIN_LENGTH || strchr(ALPHABET, c) == NULL)
			return 0;
		plain_r[length++] = c;
	}
	plain_r[length] = '\0';
	return length;
}

bool app_password_has_shape(const char *typed)
{
	char plain[PLAIN_LENGTH + 1];
	bool has_shape = strip(typed, plain) == PLAIN_LENGTH;

	secret_wipe(plain, sizeof(plain));
	return has_shape;
}

static void digest(const char *plain, const unsigned char salt[SALT_BYTES],
		   unsigned char digest_r[DIGEST_BYTES])
{
	(void)crypto_generichash(digest_r, DIGEST_BYTES,
				 (const unsigned char *)plain, strlen(plain),
				 salt, SALT_BYTES);
}

int app_password_hash(const char *password,
		      char hash_r[APP_PASSWORD_HASH_BYTES], struct error *error)
{
	char plain[PLAIN_LENGTH + 1];
	unsigned char salt[SALT_BYTES];
	unsigned char bytes[DIGEST_BYTES];
	char salt_digits[SALT_DIGITS + 1];
	char digest_digits[DIGEST_DIGITS + 1];

	if (initialise(error) < 0)
		return -1;
	if (strip(password, plain) == 0)
		return error_set(error, "no password of our making can be "
					"hashed like one");
	randombytes_buf(salt, sizeof(salt));
	digest(plain, salt, bytes);
	secret_wipe(plain, sizeof(plain));
	(void)snprintf(hash_r, APP_PASSWORD_HASH_BYTES, HASH_PREFIX "%s$%s",
		       sodium_bin2hex(salt_digits, sizeof(salt_digits), salt,
				      sizeof(salt)),
		       sodium_bin2hex(digest_digits, sizeof(digest_digits),
				      bytes, sizeof(bytes)));
	return 0;
}

/* Takes a hash apart. Returns false if it is not one of ours. */
static bool parse(const char *hash, unsigned char salt_r[SALT_BYTES],
		  unsigned char digest_r[DIGEST_BYTES])
{
	const size_t prefix = sizeof(HASH_PREFIX) - 1;
	const char *digits = hash + prefix;
	size_t length;

	if (strlen(hash) != prefix + SALT_DIGITS + 1 + DIGEST_DIGITS ||
	    strncmp(hash, HASH_PREFIX, prefix) != 0 ||
	    digits[SALT_DIGITS] != '$')
		return false;
	if (sodium_hex2bin(salt_r, SALT_BYTES, digits, SALT_DIGITS, NULL,
			   &length, NULL) != 0 ||
	    length != SALT_BYTES)
		return false;
	return sodium_hex2bin(digest_r, DIGEST_BYTES, digits + SALT_DIGITS + 1,
			      DIGEST_DIGITS, NULL, &length, NULL) == 0 &&
	       length == DIGEST_BYTES;
}

bool app_password_verify(const char *hash, const char *typed)
{
	char plain[PLAIN_LENGTH + 1];
	unsigned char salt[SALT_BYTES];
	unsigned char expected[DIGEST_BYTES];
	unsigned char found[DIGEST_BYTES];
	bool fits;

	if (initialise(NULL) < 0 || strip(typed, plain) == 0 ||
	    !parse(hash, salt, expected))
		return false;
	digest(plain, salt, found);
	fits = sodium_memcmp(found, expected, sizeof(found)) == 0;
	secret_wipe(plain, sizeof(plain));
	return fits;
}
