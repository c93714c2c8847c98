/* SPDX-License-Identifier: MIT
 *
 * Which of the two formats of records; see ctl/records/format.h.
 */
#include "ctl/records/format.h"

#include <string.h>

#include "ctl/common/report.h"

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text);
	size_t tail = strlen(end);

	return length >= tail && strcmp(text + length - tail, end) == 0;
}

int record_format_choose(const struct invocation *invocation, const char *path,
			 enum record_format *format_r)
{
	const char *word = invocation_option(invocation, "format");

	*format_r = path != NULL && (ends_with(path, ".json") ||
				     ends_with(path, ".jsonl"))
			    ? RECORD_FORMAT_JSON
			    : RECORD_FORMAT_CSV;
	if (word == NULL && invocation->json && path == NULL)
		*format_r = RECORD_FORMAT_JSON;
	if (word == NULL)
		return EX_OK;
	*format_r = strcmp(word, "json") == 0 ? RECORD_FORMAT_JSON
					      : RECORD_FORMAT_CSV;
	if (strcmp(word, "json") != 0 && strcmp(word, "csv") != 0)
		return report(EX_USAGE, "--format: \"%s\" must be csv or json",
			      word);
	return EX_OK;
}
