/* SPDX-License-Identifier: MIT
 *
 * Names that nobody can guess.
 */
#ifndef ALUMNI_BASE_RANDOM_H
#define ALUMNI_BASE_RANDOM_H

#include <stddef.h>

#define RANDOM_HEX_DIGITS_MAX 64

/* Fills text_r with size - 1 random digits, 0-9 and a-f, and a NUL. size is odd
   and at most RANDOM_HEX_DIGITS_MAX + 1. */
void random_hex(char *text_r, size_t size);

#endif
