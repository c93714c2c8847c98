/* SPDX-License-Identifier: MIT
 *
 * Stored passwords; see lib/password/hash.h. libsodium makes new hashes and
 * verifies Argon2; crypt(3) verifies the hashes of older systems.
 */
#include "lib/base/secret.h"
#include "lib/password/hash.h"

#include <crypt.h>
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NEW_HASH_SCHEME "{ARGON2ID}"

_Static_assert(sizeof(NEW_HASH_SCHEME) + crypto_pwhash_STRBYTES <=
		       PASSWORD_HASH_BYTES,
	       "a new hash must fit");

typedef int verify_function(const char *hash, const char *password,
			    struct error *error);

static int start_sodium(struct error *error)
{
	if (sodium_init() < 0)
		return error_set(error, "cannot set up libsodium: no source "
					"of random numbers");
	return 0;
}

int password_hash_make(const char *password, const struct password_cost *cost,
		       char hash_r[PASSWORD_HASH_BYTES], struct error *error)
{
	size_t length = strlen(password);
	char text[crypto_pwhash_STRBYTES];

	if (length == 0)
		return error_set(error, "the password is empty");
	if (length > PASSWORD_BYTES_MAX)
		return error_set(error, "the password is longer than %d bytes",
				 PASSWORD_BYTES_MAX);
	if (start_sodium(error) < 0)
		return -1;
	if (crypto_pwhash_argon2id_str(text, password, length, cost->passes,
				       (size_t)cost->memory_bytes) != 0)
		return error_set(error, "out of memory for a password hash");
	(void)snprintf(hash_r, PASSWORD_HASH_BYTES, "%s%s", NEW_HASH_SCHEME,
		       text);
	secret_wipe(text, sizeof(text));
	return 0;
}

void password_hash_dummy(const struct password_cost *cost,
			 char hash_r[PASSWORD_HASH_BYTES])
{
	(void)snprintf(hash_r, PASSWORD_HASH_BYTES,
		       NEW_HASH_SCHEME "$argon2id$v=19$m=%" PRId64
				       ",t=%u,p=1$QWx1bW5pbWFpbER1bW15IQ$"
				       "b9cVsE5nXz2mY7kQ4tR1wJ8uH3aL6oP0dS2f"
				       "G5hK7iM",
		       cost->memory_bytes / 1024, cost->passes);
}

/* The parameters of an Argon2 hash: "$argon2id$v=19$m=65536,t=2,p=1$...". */
bool password_hash_is_weak(const char *hash, const struct password_cost *cost)
{
	const size_t length = strlen(NEW_HASH_SCHEME);
	long long memory_kib;
	unsigned int passes;

	if (strncasecmp(hash, NEW_HASH_SCHEME, length) != 0 ||
	    sscanf(hash + length, "$argon2id$v=19$m=%lld,t=%u,p=", &memory_kib,
		   &passes) != 2)
		return true;
	/* More memory does not make up for fewer passes, nor the reverse. */
	return memory_kib < cost->memory_bytes / 1024 || passes < cost->passes;
}

/* libsodium returns -1 for every failure. So a hash that it cannot read, and a
   cost that it will not bear, are found before it is asked. */
static int verify_argon2(const char *hash, const char *password,
			 struct error *error)
{
	if (start_sodium(error) < 0)
		return -1;
	if (strlen(hash) >= crypto_pwhash_STRBYTES)
		return error_set(error, "the Argon2 hash is too long");
	if (crypto_pwhash_str_needs_rehash(
		    hash, crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE,
		    crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE) < 0)
		return error_set(error, "the Argon2 hash is malformed");
	errno = 0;
	if (crypto_pwhash_str_verify(hash, password, strlen(password)) == 0)
		return 1;
	if (errno == EINVAL) /* libsodium's code for a mismatch */
		return 0;
	return error_set(error, "out of memory for a password hash");
}

/* crypt_rn() returns NULL for a failure, and for an unknown method. */
static int verify_crypt(const char *hash, const char *password,
			struct error *error)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	const char *made;
	int ret;

	if (data == NULL)
		return error_set(error, "out of memory");
	if (strlen(password) >= CRYPT_MAX_PASSPHRASE_SIZE) {
		/* No hash can ever have been made of such a password. */
		free(data);
		return 0;
	}
	made = crypt_rn(password, hash, data, sizeof(*data));
	if (made == NULL || made[0] == '*')
		ret = error_set(error, "crypt(3) cannot use the hash: it is "
				       "malformed, or of a method that this "
				       "system does not know");
	else if (strlen(made) != strlen(hash))
		ret = 0;
	else
		ret = sodium_memcmp(made, hash, strlen(made)) == 0 ? 1 : 0;
	secret_wipe(data, sizeof(*data));
	free(data);
	return ret;
}

struct scheme {
	const char *name;
	/* The beginning of every hash of the scheme; NULL = any. Without it,
	   {SHA512-CRYPT} with a plain DES hash would be accepted. */
	const char *prefix;
	verify_function *verify;
};

static const struct scheme schemes[] = {
	{"ARGON2ID", "$argon2id$", verify_argon2},
	{"ARGON2I", "$argon2i$", verify_argon2},
	{"CRYPT", NULL, verify_crypt},
	{"SHA512-CRYPT", "$6$", verify_crypt},
	{"SHA256-CRYPT", "$5$", verify_crypt},
	{"MD5-CRYPT", "$1$", verify_crypt},
	{"BLF-CRYPT", "$2", verify_crypt},
	{"DES-CRYPT", NULL, verify_crypt},
};

static const struct scheme *find_scheme(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		if (strlen(schemes[i].name) == length &&
		    strncasecmp(schemes[i].name, name, length) == 0)
			return &schemes[i];
	}
	return NULL;
}

int password_hash_verify(const char *hash, const char *password,
			 struct error *error)
{
	const char *end = hash[0] == '{' ? strchr(hash, '}') : NULL;
	const struct scheme *scheme;

	if (end == NULL)
		return error_set(error, "the stored password hash has no "
					"{SCHEME} in front");
	scheme = find_scheme(hash + 1, (size_t)(end - hash - 1));
	if (scheme == NULL)
		return error_set(error,
				 "the scheme %.*s of the stored password hash "
				 "is not known here",
				 (int)(end - hash + 1), hash);
	if (scheme->prefix != NULL &&
	    strncmp(end + 1, scheme->prefix, strlen(scheme->prefix)) != 0)
		return error_set(error,
				 "the stored password hash is not of its "
				 "scheme %s",
				 scheme->name);
	if (password[0] == '\0' || strlen(password) > PASSWORD_BYTES_MAX)
		return 0;
	return scheme->verify(end + 1, password, error);
}
