/* SPDX-License-Identifier: MIT
 *
 * Makes warnings from templates; see ctl/commands/warning-message.h.
 */
#include "ctl/commands/warning-message.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/common/account-view.h"
#include "lib/configuration/limits.h"
#include "lib/mail/address.h"
#include "lib/mail/message.h"
#include "protocol/headers.h"

#define TEMPLATE_BYTES_MAX (64 * 1024)
#define SUBJECT_PREFIX     "Subject:"
#define FIGURES            7
#define FIGURE_BYTES       (ADDRESS_BYTES + 32)
#define ID_BYTES           (32 + ACCOUNT_TOKEN_BYTES)

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

/* Expands the text in memory. Returns NULL with an error. */
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
	char id[ID_BYTES], address[ADDRESS_BYTES];
	char *subject_text, *body;
	size_t length = 0;

	fill_figures(configuration, account, figures);
	if (find_parts(template, &subject, &length, &text, error) < 0)
		return -1;
	snprintf(id, sizeof(id), "quota-warning.%s", token);
	address_complete(account->name, configuration->domains[0], address);
	subject_text = expand_text(subject, length, figures, error);
	body = expand_text(text, strlen(text), figures, error);
	*message_r = NULL;
	if (subject_text != NULL && body != NULL)
		*message_r = message_compose(
			&(const struct message){
				.postmaster = configuration->postmaster,
				.domain = configuration->domains[0],
				.recipient = address,
				.subject = subject_text,
				.text = body,
				.sent_at = now,
				.id = id,
				.header_name = HEADER_QUOTA_WARNING,
				.header_value = token,
			},
			error);
	free(body);
	free(subject_text);
	return *message_r == NULL ? -1 : 0;
}
