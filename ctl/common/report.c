/* SPDX-License-Identifier: MIT
 *
 * Telling the person at the terminal what went wrong, in one line that no
 * text from outside can forge.
 */
#include "ctl/common/report.h"

#include <stdarg.h>
#include <stdio.h>

#include "lib/base/error.h"
#include "lib/base/utf8.h"

int report(int status, const char *format, ...)
{
	char text[ERROR_TEXT_BYTES];
	char clean[ERROR_TEXT_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	utf8_clean(text, clean, sizeof(clean));
	fprintf(stderr, "alumnictl: %s\n", clean);
	return status;
}
