/* SPDX-License-Identifier: MIT
 *
 * Results of DMARC; see milter/plan/authentication-results.h.
 */
#include "milter/plan/authentication-results.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define SPACE " \t\r\n"
/* What ends a word inside of results and comments. */
#define BREAKS SPACE "();,\""

/* Skips a quoted string, from its first quote; returns the text after it. */
static const char *skip_quoted(const char *text)
{
	for (text++; *text != '\0' && *text != '"'; text++) {
		if (*text == '\\' && text[1] != '\0')
			text++;
	}
	return *text == '"' ? text + 1 : text;
}

/* The same for a comment, which may contain others. */
static const char *skip_comment(const char *text)
{
	unsigned int depth = 0;

	for (; *text != '\0'; text++) {
		if (*text == '\\' && text[1] != '\0')
			text++;
		else if (*text == '(')
			depth++;
		else if (*text == ')' && --depth == 0)
			return text + 1;
	}
	return text;
}

static const char *skip_space(const char *text)
{
	for (;;) {
		text += strspn(text, SPACE);
		if (*text != '(')
			return text;
		text = skip_comment(text);
	}
}

/* Returns the next ';' outside of comments and strings, or the end. */
static const char *find_end(const char *text)
{
	while (*text != '\0' && *text != ';') {
		if (*text == '"')
			text = skip_quoted(text);
		else if (*text == '(')
			text = skip_comment(text);
		else
			text++;
	}
	return text;
}

static bool is_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && strncasecmp(text, word, length) == 0;
}

/* True if the text begins with exactly the authserv-id, quoted or not. */
static bool is_of(const char *text, const char *authserv_id)
{
	size_t length;

	text = skip_space(text);
	if (*text == '"') {
		length = strcspn(text + 1, "\"");
		return text[1 + length] == '"' &&
		       is_word(text + 1, length, authserv_id);
	}
	length = strcspn(text, BREAKS "=");
	return is_word(text, length, authserv_id);
}

/* True if a word of the result says that the policy is strict. Words in quoted
   strings do not count: they are reasons. */
static bool has_strict_policy(const char *text, const char *end)
{
	static const char *const keys[] = {
		"p=", "policy=", "policy.published-domain-policy="};
	static const char *const policies[] = {"reject", "quarantine"};

	while (text < end) {
		size_t length = strcspn(text, BREAKS);

		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			size_t key_length = strlen(keys[k]);

			if (length <= key_length ||
			    strncasecmp(text, keys[k], key_length) != 0)
				continue;
			for (size_t p = 0; p < 2; p++) {
				if (is_word(text + key_length,
					    length - key_length, policies[p]))
					return true;
			}
		}
		text += length;
		if (*text == '"')
			text = skip_quoted(text);
		else if (text < end)
			text++;
	}
	return false;
}

/* One "method=result ...". */
static bool is_failed_dmarc(const char *text, const char *end)
{
	size_t length;

	text = skip_space(text);
	length = strcspn(text, BREAKS "=/");
	if (text >= end || !is_word(text, length, "dmarc"))
		return false;
	text += length;
	if (*text == '/')
		text += strcspn(text, BREAKS "=");
	text = skip_space(text);
	if (text >= end || *text != '=')
		return false;
	text = skip_space(text + 1);
	length = strcspn(text, BREAKS);
	return text < end && is_word(text, length, "fail") &&
	       has_strict_policy(text + length, end);
}

bool authentication_results_fail_dmarc(const char *value,
				       const char *authserv_id)
{
	const char *end;

	if (!is_of(value, authserv_id))
		return false;
	for (value = find_end(value); *value == ';'; value = end) {
		end = find_end(value + 1);
		if (is_failed_dmarc(value + 1, end))
			return true;
	}
	return false;
}
