/* SPDX-License-Identifier: MIT
 *
 * A text that every program can close and one process alone can open:
 * libsodium's sealed box (X25519, XSalsa20-Poly1305), in base64. Mail processes
 * send passwords in it to the dict service, since Dovecot logs the values of
 * dict keys at debug level.
 */
#ifndef ALUMNI_PASSWORD_SEALED_BOX_H
#define ALUMNI_PASSWORD_SEALED_BOX_H

#include <stddef.h>

#include "lib/base/error.h"

/* A text of n bytes makes a box of SEALED_BOX_BYTES(n), NUL included. */
#define SEALED_BOX_OVERHEAD 48
#define SEALED_BOX_BYTES(n) (((n) + SEALED_BOX_OVERHEAD + 2) / 3 * 4 + 1)
/* A key as a line of text, NUL included. */
#define SEALED_BOX_KEY_BYTES 64

/* Makes a pair of keys; the caller wipes the private one. Returns 0, or -1 with
   an error. */
int sealed_box_make_keys(char private_r[SEALED_BOX_KEY_BYTES],
			 char public_r[SEALED_BOX_KEY_BYTES],
			 struct error *error);

/* Computes the public key that belongs to the private key in the file. Returns
   0, or -1 with an error when the file cannot be read or has no key. */
int sealed_box_public_key(const char *key_path,
			  char public_r[SEALED_BOX_KEY_BYTES],
			  struct error *error);

/* Closes the text with the public key in the file. sealed_r holds size bytes.
   Returns 0, or -1 with an error when the key cannot be read or the box does
   not fit. */
int sealed_box_close(const char *public_key_path, const char *text,
		     char *sealed_r, size_t size, struct error *error);

/* Opens the box with the private key in the file, which must be as
   secret_file_read() wants it. text_r holds size bytes; the caller wipes it
   after use. Returns 1 opened, 0 the text is no box for this key or does not
   fit, -1 with an error when the key cannot be read. */
int sealed_box_open(const char *key_path, const char *sealed, char *text_r,
		    size_t size, struct error *error);

#endif
