/* SPDX-License-Identifier: MIT
 *
 * Texts of SMTP replies; see lib/mail/reply-text.h.
 */
#include "lib/mail/reply-text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/mail/quota.h"

#define PLACEHOLDERS    "uqsc"
#define TEXT_LENGTH_MAX 200
#define FIGURE_BYTES    128

int reply_text_check(const char *text, struct error *error)
{
	bool valid = strlen(text) <= TEXT_LENGTH_MAX;

	for (const char *p = text; valid && *p != '\0'; p++) {
		valid = *p >= ' ' && *p < 0x7f;
		if (*p == '%')
			valid = *++p != '\0' && strchr(PLACEHOLDERS, *p);
	}
	if (!valid)
		return error_set(error,
				 "\"%s\" must be at most %d characters of "
				 "ASCII, with %%u, %%q, %%s or %%c where "
				 "figures go and no other %%",
				 text, TEXT_LENGTH_MAX);
	return 0;
}

static void format_size(int64_t bytes, char text_r[FIGURE_BYTES])
{
	if (bytes <= 0)
		(void)snprintf(text_r, FIGURE_BYTES, "unlimited");
	else
		mail_quota_format(bytes, text_r, FIGURE_BYTES);
}

static void format_figure(char placeholder, const struct reply_figures *figures,
			  char text_r[FIGURE_BYTES])
{
	switch (placeholder) {
	case 'u':
		mail_quota_format(figures->used, text_r, FIGURE_BYTES);
		break;
	case 'q':
		format_size(figures->quota, text_r);
		break;
	case 's':
		mail_quota_format(figures->size, text_r, FIGURE_BYTES);
		break;
	default:
		(void)snprintf(text_r, FIGURE_BYTES, "%s", figures->contact);
	}
}

void reply_text_format(const char *text, const struct reply_figures *figures,
		       char reply_r[REPLY_TEXT_BYTES])
{
	char figure[FIGURE_BYTES];
	size_t used = 0;

	for (; *text != '\0' && used < REPLY_TEXT_BYTES - 1; text++) {
		if (*text != '%' || text[1] == '\0') {
			reply_r[used++] = *text;
			continue;
		}
		format_figure(*++text, figures, figure);
		used += (size_t)snprintf(reply_r + used,
					 REPLY_TEXT_BYTES - used, "%s", figure);
		if (used >= REPLY_TEXT_BYTES)
			used = REPLY_TEXT_BYTES - 1;
	}
	reply_r[used] = '\0';
	for (char *p = reply_r; *p != '\0'; p++) {
		if (*p < ' ' || *p >= 0x7f || *p == '%')
			*p = '?';
	}
}
