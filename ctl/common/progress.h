/* SPDX-License-Identifier: MIT
 *
 * How far a long command is, in one line of the terminal that comes and goes.
 * Where standard error is no terminal, nothing is shown.
 */
#ifndef ALUMNI_CTL_COMMON_PROGRESS_H
#define ALUMNI_CTL_COMMON_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	bool on_terminal;
	const char *what;
	size_t total; /* 0 = not known */
	int64_t shown_msecs;
};

/* Begins to show progress. `what` is not copied; total 0 = not known. */
void progress_begin(struct progress *progress, const char *what, size_t total);
/* Draws a bar, or only the number when the total is not known. Draws no more
   often than the eye can follow. */
void progress_show(struct progress *progress, size_t done);
/* Clears the line. Call it before anything else is printed. */
void progress_end(struct progress *progress);

#endif
