/* SPDX-License-Identifier: MIT
 *
 * SHA512-CRYPT; see sha512-crypt.h. The algorithm is Ulrich Drepper's "Unix
 * crypt using SHA-256 and SHA-512"; the letters are those of its description.
 */
#include "lib/sha512-crypt.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/password-hash.h"

#define PREFIX         "$6$"
#define ROUNDS_PREFIX  "rounds="
#define ROUNDS_USUAL   5000
#define ROUNDS_MIN     1000
#define ROUNDS_MAX     999999
#define SALT_BYTES     16
#define DIGEST_BYTES   crypto_hash_sha512_BYTES
#define ENCODED_BYTES  86
#define BYTES_IN_GROUP 3
#define CHARS_IN_GROUP 4
#define BITS_OF_CHAR   6
#define GROUPS         21

typedef crypto_hash_sha512_state sha512;

struct parts {
	unsigned long rounds;
	const char *salt;
	size_t salt_bytes;
	const char *encoded;
};

/* Everything here was made of the password. */
struct secrets {
	sha512 state;
	unsigned char a[DIGEST_BYTES], b[DIGEST_BYTES];
	unsigned char p[PASSWORD_BYTES_MAX], s[SALT_BYTES];
	char encoded[ENCODED_BYTES + 1];
};

/* What libcrypt corrects or refuses is left to it. */
static bool parse(const char *hash, struct parts *parts_r)
{
	const char *end;

	if (strncmp(hash, PREFIX, strlen(PREFIX)) != 0)
		return false;
	hash += strlen(PREFIX);
	parts_r->rounds = ROUNDS_USUAL;
	if (strncmp(hash, ROUNDS_PREFIX, strlen(ROUNDS_PREFIX)) == 0) {
		char *after;

		hash += strlen(ROUNDS_PREFIX);
		if (*hash < '1' || *hash > '9')
			return false;
		parts_r->rounds = strtoul(hash, &after, 10);
		if (*after != '$' || parts_r->rounds < ROUNDS_MIN ||
		    parts_r->rounds > ROUNDS_MAX)
			return false;
		hash = after + 1;
	}
	end = strchr(hash, '$');
	if (end == NULL || end - hash > SALT_BYTES ||
	    strlen(end + 1) != ENCODED_BYTES)
		return false;
	parts_r->salt = hash;
	parts_r->salt_bytes = (size_t)(end - hash);
	parts_r->encoded = end + 1;
	return true;
}

static void add(sha512 *state, const void *data, size_t size)
{
	(void)crypto_hash_sha512_update(state, data, size);
}

/* Adds size bytes of the digest, again and again. */
static void add_digest(sha512 *state, const unsigned char digest[DIGEST_BYTES],
		       size_t size)
{
	for (; size > DIGEST_BYTES; size -= DIGEST_BYTES)
		add(state, digest, DIGEST_BYTES);
	add(state, digest, size);
}

static void repeat_digest(unsigned char *target, size_t size,
			  const unsigned char digest[DIGEST_BYTES])
{
	for (size_t i = 0; i < size; i++)
		target[i] = digest[i % DIGEST_BYTES];
}

/* Steps 1 to 12: the digests B, then A. */
static void make_a(struct secrets *secrets, const struct parts *parts,
		   const char *password, size_t length)
{
	sha512 *state = &secrets->state;

	(void)crypto_hash_sha512_init(state);
	add(state, password, length);
	add(state, parts->salt, parts->salt_bytes);
	add(state, password, length);
	(void)crypto_hash_sha512_final(state, secrets->b);

	(void)crypto_hash_sha512_init(state);
	add(state, password, length);
	add(state, parts->salt, parts->salt_bytes);
	add_digest(state, secrets->b, length);
	for (size_t bits = length; bits > 0; bits >>= 1) {
		if ((bits & 1) != 0)
			add(state, secrets->b, DIGEST_BYTES);
		else
			add(state, password, length);
	}
	(void)crypto_hash_sha512_final(state, secrets->a);
}

/* Steps 13 to 20: the sequences P and S. */
static void make_sequences(struct secrets *secrets, const struct parts *parts,
			   const char *password, size_t length)
{
	sha512 *state = &secrets->state;

	(void)crypto_hash_sha512_init(state);
	for (size_t i = 0; i < length; i++)
		add(state, password, length);
	(void)crypto_hash_sha512_final(state, secrets->b);
	repeat_digest(secrets->p, length, secrets->b);

	(void)crypto_hash_sha512_init(state);
	for (unsigned int i = 0; i < 16U + secrets->a[0]; i++)
		add(state, parts->salt, parts->salt_bytes);
	(void)crypto_hash_sha512_final(state, secrets->b);
	repeat_digest(secrets->s, parts->salt_bytes, secrets->b);
}

/* Step 21: what takes the time. */
static void do_rounds(struct secrets *secrets, const struct parts *parts,
		      size_t length)
{
	sha512 *state = &secrets->state;

	for (unsigned long i = 0; i < parts->rounds; i++) {
		(void)crypto_hash_sha512_init(state);
		if (i % 2 != 0)
			add(state, secrets->p, length);
		else
			add(state, secrets->a, DIGEST_BYTES);
		if (i % 3 != 0)
			add(state, secrets->s, parts->salt_bytes);
		if (i % 7 != 0)
			add(state, secrets->p, length);
		if (i % 2 != 0)
			add(state, secrets->a, DIGEST_BYTES);
		else
			add(state, secrets->p, length);
		(void)crypto_hash_sha512_final(state, secrets->a);
	}
}

/* Step 22: the bytes of the digest in an order of its own, in letters. */
static void encode(const unsigned char digest[DIGEST_BYTES], char *encoded_r)
{
	static const char letters[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz";
	size_t used = 0;

	for (size_t group = 0; group <= GROUPS; group++) {
		const size_t places[BYTES_IN_GROUP] = {group, group + GROUPS,
						       group + GROUPS * 2};
		/* Each group begins with the next of the three. */
		const size_t first = group % BYTES_IN_GROUP;
		unsigned int bits = 0;
		size_t chars = CHARS_IN_GROUP;

		if (group == GROUPS) {
			bits = digest[DIGEST_BYTES - 1];
			chars = 2;
		} else {
			for (size_t i = 0; i < BYTES_IN_GROUP; i++)
				bits = bits << 8 |
				       digest[places[(first + i) %
						     BYTES_IN_GROUP]];
		}
		for (; chars > 0; chars--, bits >>= BITS_OF_CHAR)
			encoded_r[used++] = letters[bits & 0x3f];
	}
	encoded_r[used] = '\0';
}

int sha512_crypt_verify(const char *hash, const char *password)
{
	const size_t length = strlen(password);
	struct secrets secrets;
	struct parts parts;
	int ret;

	if (!parse(hash, &parts) || length == 0 ||
	    length > PASSWORD_BYTES_MAX || sodium_init() < 0)
		return -1;
	make_a(&secrets, &parts, password, length);
	make_sequences(&secrets, &parts, password, length);
	do_rounds(&secrets, &parts, length);
	encode(secrets.a, secrets.encoded);
	ret = sodium_memcmp(secrets.encoded, parts.encoded, ENCODED_BYTES) == 0
		      ? 1
		      : 0;
	secret_wipe(&secrets, sizeof(secrets));
	return ret;
}
