/* SPDX-License-Identifier: MIT
 *
 * Marks of spam; see milter/plan/spam-marks.h.
 */
#include "milter/plan/spam-marks.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "milter/plan/authentication-results.h"

#define SPACE " \t\r\n"

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

/* mark is "Name: value" from the configuration. The header's value may
   continue, as in "Yes, score=7". */
static bool is_marked(const char *mark, const char *name, const char *value)
{
	size_t length = strlen(name);
	const char *wanted;

	if (strncasecmp(mark, name, length) != 0 || mark[length] != ':')
		return false;
	wanted = mark + length + 1;
	wanted += strspn(wanted, SPACE);
	value += strspn(value, SPACE);
	length = strlen(wanted);
	return strncasecmp(value, wanted, length) == 0 &&
	       !is_alphanumeric(value[length]);
}

enum suspicion spam_marks_judge(const struct configuration *configuration,
				const char *name, const char *value)
{
	char *const *mark = configuration->spam_headers;

	for (; mark != NULL && *mark != NULL; mark++) {
		if (is_marked(*mark, name, value))
			return SUSPICION_SPAM;
	}
	if (configuration->authserv_id != NULL &&
	    strcasecmp(name, AUTHENTICATION_RESULTS_HEADER) == 0 &&
	    authentication_results_fail_dmarc(value,
					      configuration->authserv_id))
		return SUSPICION_DMARC;
	return SUSPICION_NONE;
}

const char *suspicion_name(enum suspicion suspicion)
{
	switch (suspicion) {
	case SUSPICION_SPAM:
		return "spam";
	case SUSPICION_DMARC:
		return "dmarc";
	case SUSPICION_NONE:
		break;
	}
	return NULL;
}
