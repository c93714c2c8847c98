/* SPDX-License-Identifier: MIT
 *
 * Telling the person at the terminal what went wrong.
 */
#ifndef ALUMNI_CTL_COMMON_REPORT_H
#define ALUMNI_CTL_COMMON_REPORT_H

#include <stdbool.h>
#include <stddef.h>
/* Every file that reports also chooses an exit status. */
#include <sysexits.h>

/* Prints one line on stderr, with control characters replaced. Returns
   status, so that a caller may write `return report(EX_DATAERR, ...)`. */
int report(int status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Copies text for a terminal or JSON: control characters and bytes that are
   no UTF-8 become '?'. Cuts what is too long. */
void text_clean(const char *text, char *clean_r, size_t size);

/* True if text_clean() would change nothing. */
bool text_is_clean(const char *text);

#endif
