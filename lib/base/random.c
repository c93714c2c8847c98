/* SPDX-License-Identifier: MIT
 *
 * Random digits; see lib/base/random.h.
 */
#include "lib/base/random.h"

#include <sodium.h>

void random_hex(char *text_r, size_t size)
{
	unsigned char bytes[RANDOM_HEX_DIGITS_MAX / 2];
	size_t count = (size - 1) / 2;

	randombytes_buf(bytes, count);
	(void)sodium_bin2hex(text_r, size, bytes, count);
}
