/* SPDX-License-Identifier: MIT
 *
 * Requests of the look-up server's clients: netstrings, one after the other, as
 * they come in, octet by octet.
 */
#include "milter/maps/netstring.h"
#include "tests/fuzz/fuzz.h"

#define LIMIT_BYTES  1000
#define FORMAT_BYTES 64

/* What was complete stays so, whatever follows, and what is malformed is never
   mended: a client is answered once, or not at all. */
static size_t try_next(const char *buffer, size_t size)
{
	const char *data = NULL;
	size_t length = 0;
	size_t consumed = 0;

	for (size_t used = 0; used <= size; used++) {
		/* Of exactly that size, so that a read past it is seen. */
		char *part = malloc(used == 0 ? 1 : used);
		enum netstring_result result;

		fuzz_claim(part != NULL);
		memcpy(part, buffer, used);
		result = netstring_parse(part, used, LIMIT_BYTES, &data,
					 &length, &consumed);
		if (result == NETSTRING_COMPLETE) {
			fuzz_claim(consumed == used);
			fuzz_claim(length <= LIMIT_BYTES);
			fuzz_claim(data + length == part + used - 1);
		}
		free(part);
		if (result == NETSTRING_COMPLETE)
			return consumed;
		if (result == NETSTRING_MALFORMED)
			return 0;
		/* A length within the limit ends within a few digits. */
		fuzz_claim(used < LIMIT_BYTES + sizeof("1000:,"));
	}
	return 0;
}

static void try_format(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	char buffer[FORMAT_BYTES];
	size_t written = netstring_format(text, buffer, sizeof(buffer));
	const char *back = NULL;
	size_t length = 0;
	size_t consumed = 0;

	if (written == 0) {
		fuzz_claim(strlen(text) + sizeof("99:,") > sizeof(buffer));
	} else {
		fuzz_claim(netstring_parse(buffer, written, LIMIT_BYTES, &back,
					   &length,
					   &consumed) == NETSTRING_COMPLETE);
		fuzz_claim(consumed == written && length == strlen(text));
		fuzz_claim(memcmp(back, text, length) == 0);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *buffer = (const char *)data;
	size_t at = 0;
	size_t consumed;

	do {
		consumed = try_next(buffer + at, size - at);
		at += consumed;
	} while (consumed > 0);
	try_format(data, size);
	return 0;
}
