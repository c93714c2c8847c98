/* SPDX-License-Identifier: MIT
 *
 * Search filters from templates; see lib/directory/filter.h.
 */
#include "lib/directory/filter.h"

#include <stdbool.h>
#include <stddef.h>

struct output {
	char *text;
	size_t used;
	bool overflow;
};

static void put(struct output *output, char c)
{
	if (output->used + 1 >= DIRECTORY_FILTER_BYTES) {
		output->overflow = true;
		return;
	}
	output->text[output->used++] = c;
	output->text[output->used] = '\0';
}

/* More is escaped than RFC 4515, section 3, asks for: every character but
   letters, digits and the few marks of account names. So none of them can have
   a meaning in the filter. */
static bool is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

static void put_escaped(struct output *output, const char *value)
{
	static const char hex[] = "0123456789abcdef";

	for (; *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;

		if (is_plain(c)) {
			put(output, (char)c);
			continue;
		}
		put(output, '\\');
		put(output, hex[c >> 4]);
		put(output, hex[c & 0x0f]);
	}
}

int directory_filter_make(const char *template, const char *name,
			  char filter_r[DIRECTORY_FILTER_BYTES],
			  struct error *error)
{
	struct output output = {.text = filter_r};

	filter_r[0] = '\0';
	for (const char *p = template; *p != '\0'; p++) {
		if (*p != '%') {
			put(&output, *p);
			continue;
		}
		p++;
		if (*p == 'u')
			put_escaped(&output, name);
		else if (*p == '%')
			put(&output, '%');
		else
			return error_set(error,
					 "the filter \"%s\" has a %% that is "
					 "neither %%u nor %%%%",
					 template);
	}
	if (output.overflow)
		return error_set(error,
				 "the filter \"%s\" is longer than %d bytes "
				 "with the name in it",
				 template, DIRECTORY_FILTER_BYTES - 1);
	return 0;
}
