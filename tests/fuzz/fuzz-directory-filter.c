/* SPDX-License-Identifier: MIT
 *
 * Search filters: the first line of an input is a template, the rest a name.
 * Whatever the name is, it must stay one value of the filter.
 */
#include <ctype.h>

#include "lib/directory/filter.h"
#include "tests/fuzz/fuzz.h"

#define BEFORE "(&(uid="
#define AFTER  ")(x=%))"

/* Reads an escaped value (RFC 4515) and compares it with the name. Returns
   what follows the value. */
static const char *match_value(const char *value, const char *name)
{
	for (; *name != '\0'; name++) {
		char hex[3] = {0};

		if (*value != '\\') {
			fuzz_claim(isalnum((unsigned char)*value) ||
				   strchr("._-", *value) != NULL);
			fuzz_claim(*value++ == *name);
			continue;
		}
		hex[0] = value[1];
		hex[1] = value[1] == '\0' ? '\0' : value[2];
		fuzz_claim(isxdigit((unsigned char)hex[0]) &&
			   isxdigit((unsigned char)hex[1]));
		fuzz_claim((char)strtol(hex, NULL, 16) == *name);
		value += 3;
	}
	return value;
}

static void try_name(const char *name)
{
	char filter[DIRECTORY_FILTER_BYTES];
	struct error error;

	if (directory_filter_make(BEFORE "%u)(x=%%))", name, filter, &error) <
	    0) {
		fuzz_claim(strlen(name) * 3 + sizeof(BEFORE AFTER) >
			   sizeof(filter));
		return;
	}
	fuzz_claim(strncmp(filter, BEFORE, strlen(BEFORE)) == 0);
	fuzz_claim(strcmp(match_value(filter + strlen(BEFORE), name), AFTER) ==
		   0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	const char *name = fuzz_cut_line(text);
	char filter[DIRECTORY_FILTER_BYTES];
	struct error error;

	if (directory_filter_make(text, name, filter, &error) == 0)
		fuzz_claim(strlen(filter) < sizeof(filter));
	try_name(name);
	free(text);
	return 0;
}
