/* SPDX-License-Identifier: MIT
 *
 * Error texts; see lib/base/error.h.
 */
#include "lib/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void replace_control_characters(char *text)
{
	for (unsigned char *p = (unsigned char *)text; *p != '\0'; p++) {
		if (*p < 0x20 || *p == 0x7f)
			*p = '?';
	}
}

int error_set(struct error *error, const char *format, ...)
{
	va_list args;

	if (error == NULL)
		return -1;
	va_start(args, format);
	(void)vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	replace_control_characters(error->text);
	return -1;
}

int error_prefix(struct error *error, const char *format, ...)
{
	char old[ERROR_TEXT_BYTES];
	va_list args;
	size_t used;

	if (error == NULL)
		return -1;
	memcpy(old, error->text, sizeof(old));
	va_start(args, format);
	(void)vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	used = strlen(error->text);
	(void)snprintf(error->text + used, sizeof(error->text) - used, ": %s",
		       old);
	replace_control_characters(error->text);
	return -1;
}
