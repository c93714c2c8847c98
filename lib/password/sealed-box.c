/* SPDX-License-Identifier: MIT
 *
 * Sealed boxes; see lib/password/sealed-box.h.
 */
#include "lib/password/sealed-box.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/secret-file.h"

#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

_Static_assert(crypto_box_SEALBYTES == SEALED_BOX_OVERHEAD,
	       "the header must know the overhead");
_Static_assert(sodium_base64_ENCODED_LEN(crypto_box_SECRETKEYBYTES, VARIANT) <=
		       SEALED_BOX_KEY_BYTES,
	       "a key must fit");

static int initialise(struct error *error)
{
	return sodium_init() < 0
		       ? error_set(error, "libsodium cannot be initialised")
		       : 0;
}

static bool decode(const char *text, unsigned char *bytes_r, size_t size)
{
	size_t length;

	return sodium_base642bin(bytes_r, size, text, strlen(text), NULL,
				 &length, NULL, VARIANT) == 0 &&
	       length == size;
}

int sealed_box_make_keys(char private_r[SEALED_BOX_KEY_BYTES],
			 char public_r[SEALED_BOX_KEY_BYTES],
			 struct error *error)
{
	unsigned char public[crypto_box_PUBLICKEYBYTES];
	unsigned char private[crypto_box_SECRETKEYBYTES];

	if (initialise(error) < 0)
		return -1;
	crypto_box_keypair(public, private);
	(void)sodium_bin2base64(private_r, SEALED_BOX_KEY_BYTES, private,
				sizeof(private), VARIANT);
	(void)sodium_bin2base64(public_r, SEALED_BOX_KEY_BYTES, public,
				sizeof(public), VARIANT);
	sodium_memzero(private, sizeof(private));
	return 0;
}

static int read_private(const char *path,
			unsigned char private_r[crypto_box_SECRETKEYBYTES],
			unsigned char public_r[crypto_box_PUBLICKEYBYTES],
			struct error *error)
{
	char **lines = NULL;
	size_t count;
	bool valid;

	if (initialise(error) < 0 ||
	    secret_file_read(path, 1, &lines, &count, error) < 0)
		return -1;
	valid = decode(lines[0], private_r, crypto_box_SECRETKEYBYTES);
	secret_file_free(&lines, count);
	if (!valid)
		return error_set(error,
				 "%s holds no key: remove it and its public "
				 "key, and make them anew with `alumnictl "
				 "password-key init`",
				 path);
	(void)crypto_scalarmult_base(public_r, private_r);
	return 0;
}

int sealed_box_public_key(const char *key_path,
			  char public_r[SEALED_BOX_KEY_BYTES],
			  struct error *error)
{
	unsigned char private[crypto_box_SECRETKEYBYTES];
	unsigned char public[crypto_box_PUBLICKEYBYTES];

	if (read_private(key_path, private, public, error) < 0)
		return -1;
	(void)sodium_bin2base64(public_r, SEALED_BOX_KEY_BYTES, public,
				sizeof(public), VARIANT);
	sodium_memzero(private, sizeof(private));
	return 0;
}

static int read_public(const char *path,
		       unsigned char public_r[crypto_box_PUBLICKEYBYTES],
		       struct error *error)
{
	char text[SEALED_BOX_KEY_BYTES];
	ssize_t length;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return error_set(error,
				 "cannot open %s: %s: make it with `alumnictl "
				 "password-key init`",
				 path, strerror(errno));
	length = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	text[length < 0 ? 0 : length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (!decode(text, public_r, crypto_box_PUBLICKEYBYTES))
		return error_set(error,
				 "%s holds no public key: make it anew with "
				 "`alumnictl password-key init`",
				 path);
	return 0;
}

int sealed_box_close(const char *public_key_path, const char *text,
		     char *sealed_r, size_t size, struct error *error)
{
	unsigned char public[crypto_box_PUBLICKEYBYTES];
	size_t length = strlen(text);
	unsigned char *box;
	int result;

	if (initialise(error) < 0 ||
	    read_public(public_key_path, public, error) < 0)
		return -1;
	if (size < SEALED_BOX_BYTES(length))
		return error_set(error, "the text is too long for its box");
	box = malloc(length + crypto_box_SEALBYTES);
	if (box == NULL)
		return error_set(error, "out of memory");
	result = crypto_box_seal(box, (const unsigned char *)text, length,
				 public);
	if (result == 0)
		(void)sodium_bin2base64(sealed_r, size, box,
					length + crypto_box_SEALBYTES, VARIANT);
	free(box);
	return result == 0 ? 0 : error_set(error, "the box cannot be closed");
}

/* Opens the decoded box. Returns 1 opened, 0 not. */
static int open_box(const unsigned char *box, size_t length,
		    const unsigned char *public, const unsigned char *private,
		    char *text_r, size_t size)
{
	size_t text_length = length - crypto_box_SEALBYTES;

	if (length < crypto_box_SEALBYTES || text_length >= size ||
	    crypto_box_seal_open((unsigned char *)text_r, box, length, public,
				 private) != 0)
		return 0;
	text_r[text_length] = '\0';
	return memchr(text_r, '\0', text_length) == NULL ? 1 : 0;
}

int sealed_box_open(const char *key_path, const char *sealed, char *text_r,
		    size_t size, struct error *error)
{
	unsigned char private[crypto_box_SECRETKEYBYTES];
	unsigned char public[crypto_box_PUBLICKEYBYTES];
	size_t room = strlen(sealed);
	unsigned char *box;
	size_t length = 0;
	int result = 0;

	if (read_private(key_path, private, public, error) < 0)
		return -1;
	box = malloc(room + 1);
	if (box == NULL) {
		sodium_memzero(private, sizeof(private));
		return error_set(error, "out of memory");
	}
	if (sodium_base642bin(box, room + 1, sealed, room, NULL, &length, NULL,
			      VARIANT) == 0)
		result = open_box(box, length, public, private, text_r, size);
	sodium_memzero(private, sizeof(private));
	free(box);
	return result;
}
