/* SPDX-License-Identifier: MIT
 *
 * Telling the person at the terminal what went wrong.
 */
#ifndef ALUMNI_CTL_COMMON_REPORT_H
#define ALUMNI_CTL_COMMON_REPORT_H

/* Every file that reports also chooses an exit status. */
#include <sysexits.h>

/* Prints one line on stderr, as utf8_clean() leaves it. Returns
   status, so that a caller may write `return report(EX_DATAERR, ...)`. */
int report(int status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
