/* SPDX-License-Identifier: MIT
 *
 * What fuzz targets share. A target defines LLVMFuzzerTestOneInput(), which
 * libFuzzer calls with input after input; it must hold for every one of them
 * that nothing crashes, leaks or reads where it may not, and what the target
 * itself claims with fuzz_claim().
 */
#ifndef ALUMNI_TESTS_FUZZ_FUZZ_H
#define ALUMNI_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What libFuzzer calls with each input. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define fuzz_claim(claim)                                                      \
	do {                                                                   \
		if (!(claim)) {                                                \
			fprintf(stderr, "%s:%d: does not hold: %s\n",          \
				__FILE__, __LINE__, #claim);                   \
			abort();                                               \
		}                                                              \
	} while (0)

/* The input as a string, in memory of exactly its size, so that
   AddressSanitizer sees a read past its end. Ends at the first NUL. Free it. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);

	fuzz_claim(text != NULL);
	return text;
}

/* Cuts the input in two at the first newline: returns what follows it, or ""
   when there is none. */
static inline char *fuzz_cut_line(char *text)
{
	char *newline = strchr(text, '\n');

	if (newline == NULL)
		return text + strlen(text);
	*newline = '\0';
	return newline + 1;
}

#endif
