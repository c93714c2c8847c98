/* SPDX-License-Identifier: MIT
 *
 * Makes warnings from templates; see ctl/commands/warning-message.h.
 */
#include "ctl/commands/warning-message.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl/common/account-view.h"
#include "lib/configuration/limits.h"
#include "protocol/headers.h"

#define TEMPLATE_BYTES_MAX (64 * 1024)
#define SUBJECT_PREFIX     "Subject:"
#define FIGURES            7
#define FIGURE_BYTES       (ADDRESS_BYTES + 32)
/* An encoded word has at most 75 characters (RFC 2047, section 2); with its
   frame, 45 bytes make 72. */
#define ENCODED_WORD_BYTES 45

struct figure {
	const char *name;
	char value[FIGURE_BYTES];
};

const char *warning_template_name(enum mail_quota_level level)
{
	switch (level) {
	case MAIL_QUOTA_LEVEL_FULL:
		return "quota-full.txt";
	case MAIL_QUOTA_LEVEL_URGENT:
		return "quota-95.txt";
	case MAIL_QUOTA_LEVEL_WARNING:
	case MAIL_QUOTA_LEVEL_NONE:
		break;
	}
	return "quota-80.txt";
}

static int read_file(FILE *file, char **text_r)
{
	char *text = malloc(TEMPLATE_BYTES_MAX + 1);
	size_t length;

	if (text == NULL)
		return -1;
	length = fread(text, 1, TEMPLATE_BYTES_MAX, file);
	text[length] = '\0';
	if (ferror(file) || strlen(text) != length) {
		free(text);
		return -1;
	}
	*text_r = text;
	return 0;
}

int warning_template_read(const struct configuration *configuration,
			  enum mail_quota_level level, char **template_r,
			  struct error *error)
{
	char path[4096];
	FILE *file;
	int result;

	snprintf(path, sizeof(path), "%s/%s", configuration->warning_templates,
		 warning_template_name(level));
	file = fopen(path, "re");
	if (file == NULL)
		return error_set(error,
				 "cannot open the template %s: %s: set "
				 "warning_templates to the folder that has it",
				 path, strerror(errno));
	result = read_file(file, template_r);
	fclose(file);
	if (result < 0)
		return error_set(error,
				 "cannot read the template %s: it must be text",
				 path);
	return 0;
}

static void fill_figures(const struct configuration *configuration,
			 const struct account *account,
			 struct figure figures_r[FIGURES])
{
	static const char *const names[FIGURES] = {
		"name", "address", "used",      "quota",
		"free", "percent", "retention",
	};
	int64_t limit = limits_quota(account, configuration);
	int64_t left =
		limit > account->usage_bytes ? limit - account->usage_bytes : 0;
	char retention[RETENTION_TEXT_BYTES];

	for (size_t i = 0; i < FIGURES; i++)
		figures_r[i].name = names[i];
	snprintf(figures_r[0].value, FIGURE_BYTES, "%s", account->name);
	snprintf(figures_r[1].value, FIGURE_BYTES, "%s@%s", account->name,
		 configuration->domains[0]);
	mail_quota_format(account->usage_bytes, figures_r[2].value,
			  FIGURE_BYTES);
	quota_text(limit, figures_r[3].value);
	mail_quota_format(left, figures_r[4].value, FIGURE_BYTES);
	snprintf(figures_r[5].value, FIGURE_BYTES, "%.0f",
		 limit > 0
			 ? 100.0 * (double)account->usage_bytes / (double)limit
			 : 0);
	retention_text(limits_retention(account, configuration), retention);
	snprintf(figures_r[6].value, FIGURE_BYTES, "messages stay there %s",
		 retention);
}

/* Writes text with its placeholders filled in. */
static int expand(FILE *out, const char *text, size_t length,
		  const struct figure figures[FIGURES], struct error *error)
{
	const char *end = text + length;

	while (text < end) {
		const char *close;
		size_t i = 0;

		if (*text != '{') {
			fputc(*text++, out);
			continue;
		}
		close = memchr(text, '}', (size_t)(end - text));
		while (close != NULL && i < FIGURES &&
		       (strlen(figures[i].name) != (size_t)(close - text - 1) ||
			memcmp(figures[i].name, text + 1,
			       (size_t)(close - text - 1)) != 0))
			i++;
		if (close == NULL || i == FIGURES)
			return error_set(error,
					 "\"%.20s\" is no placeholder: there "
					 "are {name}, {address}, {used}, "
					 "{quota}, {free}, {percent} and "
					 "{retention}",
					 text);
		fputs(figures[i].value, out);
		text = close + 1;
	}
	return 0;
}

/* The same into memory. Returns NULL with an error. */
static char *expand_text(const char *text, size_t length,
			 const struct figure figures[FIGURES],
			 struct error *error)
{
	char *expanded = NULL;
	size_t size;
	FILE *out = open_memstream(&expanded, &size);

	if (out == NULL) {
		(void)error_set(error, "out of memory");
		return NULL;
	}
	if (expand(out, text, length, figures, error) < 0) {
		fclose(out);
		free(expanded);
		return NULL;
	}
	fclose(out);
	return expanded;
}

static bool is_ascii(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text >= 0x80)
			return false;
	}
	return true;
}

/* How many bytes of UTF-8 to put into one word: whole characters. */
static size_t word_length(const char *text)
{
	size_t length = strlen(text);

	if (length <= ENCODED_WORD_BYTES)
		return length;
	length = ENCODED_WORD_BYTES;
	while (length > 1 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	return length;
}

static void write_subject(FILE *out, const char *subject)
{
	fputs("Subject:", out);
	if (is_ascii(subject)) {
		fprintf(out, " %s\n", subject);
		return;
	}
	while (*subject != '\0') {
		char word[sodium_base64_ENCODED_LEN(
			ENCODED_WORD_BYTES, sodium_base64_VARIANT_ORIGINAL)];
		size_t length = word_length(subject);

		sodium_bin2base64(word, sizeof(word),
				  (const unsigned char *)subject, length,
				  sodium_base64_VARIANT_ORIGINAL);
		fprintf(out, " =?utf-8?B?%s?=\n", word);
		subject += length;
	}
}

/* RFC 5322, section 3.3; not by the locale. */
static void write_date(FILE *out, int64_t now)
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed",
					   "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr",
					     "May", "Jun", "Jul", "Aug",
					     "Sep", "Oct", "Nov", "Dec"};
	time_t when = (time_t)now;
	struct tm parts;

	if (gmtime_r(&when, &parts) == NULL)
		return;
	fprintf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\n",
		days[parts.tm_wday], parts.tm_mday, months[parts.tm_mon],
		parts.tm_year + 1900, parts.tm_hour, parts.tm_min,
		parts.tm_sec);
}

static void write_head(FILE *out, const struct configuration *configuration,
		       const struct account *account, const char *subject,
		       const char *token, int64_t now)
{
	const char *domain = configuration->domains[0];
	const char *postmaster = configuration->postmaster;

	fprintf(out, "From: <%s%s%s>\n", postmaster,
		strchr(postmaster, '@') == NULL ? "@" : "",
		strchr(postmaster, '@') == NULL ? domain : "");
	fprintf(out, "To: <%s@%s>\n", account->name, domain);
	write_subject(out, subject);
	write_date(out, now);
	fprintf(out,
		"Message-ID: <quota-warning.%s@%s>\n"
		"Auto-Submitted: auto-generated\n"
		"MIME-Version: 1.0\n"
		"Content-Type: text/plain; charset=utf-8\n"
		"Content-Transfer-Encoding: 8bit\n"
		"%s: %s\n\n",
		token, domain, HEADER_QUOTA_WARNING, token);
}

/* Takes the template apart: its subject, and where the text begins. */
static int find_parts(const char *template, const char **subject_r,
		      size_t *length_r, const char **text_r,
		      struct error *error)
{
	const char *line_end = strchr(template, '\n');
	const char *subject = template + strlen(SUBJECT_PREFIX);

	if (strncmp(template, SUBJECT_PREFIX, strlen(SUBJECT_PREFIX)) != 0 ||
	    line_end == NULL || line_end[1] != '\n')
		return error_set(error, "must begin with a line \"Subject: "
					"...\" and an empty line");
	while (*subject == ' ')
		subject++;
	*subject_r = subject;
	*length_r = (size_t)(line_end - subject);
	*text_r = line_end + 2;
	return 0;
}

int warning_message_make(const struct configuration *configuration,
			 const struct account *account, const char *template,
			 const char *token, int64_t now, char **message_r,
			 struct error *error)
{
	struct figure figures[FIGURES];
	const char *subject = "", *text = "";
	char *subject_text, *body;
	size_t length = 0, size;
	FILE *out;

	fill_figures(configuration, account, figures);
	if (find_parts(template, &subject, &length, &text, error) < 0)
		return -1;
	subject_text = expand_text(subject, length, figures, error);
	if (subject_text == NULL)
		return -1;
	body = expand_text(text, strlen(text), figures, error);
	out = body == NULL ? NULL : open_memstream(message_r, &size);
	if (out != NULL) {
		write_head(out, configuration, account, subject_text, token,
			   now);
		fputs(body, out);
		fclose(out);
	}
	free(body);
	free(subject_text);
	return out == NULL ? -1 : 0;
}
