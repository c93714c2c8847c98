/* SPDX-License-Identifier: MIT
 *
 * How far a long command is; see ctl/common/progress.h.
 */
#include "ctl/common/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/common/report.h"
#include "lib/base/clock.h"
#include "lib/base/utf8.h"

#define BAR_COLUMNS    30
#define INTERVAL_MSECS 100
#define TEXT_BYTES     64
#define CLEAR_LINE     "\r\033[K"

static void draw(const struct progress *progress, size_t done)
{
	char what[TEXT_BYTES];
	char bar[BAR_COLUMNS + 1] = "";
	size_t filled;

	utf8_clean(progress->what, what, sizeof(what));
	if (progress->total == 0) {
		fprintf(stderr, CLEAR_LINE "%s: %zu", what, done);
		return;
	}
	if (done > progress->total)
		done = progress->total;
	filled = BAR_COLUMNS * done / progress->total;
	memset(bar, '-', BAR_COLUMNS);
	memset(bar, '#', filled);
	fprintf(stderr, CLEAR_LINE "%s: [%s] %zu/%zu, %zu %%", what, bar, done,
		progress->total, 100 * done / progress->total);
}

void progress_begin(struct progress *progress, const char *what, size_t total)
{
	*progress = (struct progress){
		.on_terminal = isatty(STDERR_FILENO) == 1,
		.what = what,
		.total = total,
	};
	progress_show(progress, 0);
}

void progress_show(struct progress *progress, size_t done)
{
	int64_t now;

	if (!progress->on_terminal)
		return;
	now = clock_msecs();
	if (progress->shown_msecs != 0 &&
	    now - progress->shown_msecs < INTERVAL_MSECS)
		return;
	progress->shown_msecs = now;
	draw(progress, done);
	fflush(stderr);
}

void progress_end(struct progress *progress)
{
	if (!progress->on_terminal)
		return;
	fputs(CLEAR_LINE, stderr);
	fflush(stderr);
	progress->on_terminal = false;
}
