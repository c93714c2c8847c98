/* SPDX-License-Identifier: MIT
 *
 * Comments in the configuration file; see lib/configuration/comments.h.
 */
#include "lib/configuration/comments.h"

#include <stdbool.h>
#include <string.h>

/* Returns the end of a quoted string that begins at p, behind its closing
   quote; the end of the text when it is not closed. */
static char *skip_quoted(char *p)
{
	const char quote = *p++;

	while (*p != '\0' && *p != quote) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		p++;
	}
	return *p == '\0' ? p : p + 1;
}

static char *blank(char *p, const char *end)
{
	for (; p < end; p++) {
		if (*p != '\n')
			*p = ' ';
	}
	return p;
}

static char *blank_block_comment(char *p)
{
	const char *end = strstr(p + 2, "*/");

	/* The parser complains about a comment that is not closed. */
	return end == NULL ? p + strlen(p) : blank(p, end + 2);
}

/* Inside a word, // belongs to the word, as in ldap://host; # never does. */
static bool begins_comment(const char *text, const char *p)
{
	if (*p == '#')
		return true;
	return p[0] == '/' && p[1] == '/' &&
	       (p == text || strchr(" \t\r\n={},()", p[-1]) != NULL);
}

void configuration_blank_comments(char *text)
{
	char *p = text;

	while (*p != '\0') {
		if (*p == '"' || *p == '\'')
			p = skip_quoted(p);
		else if (begins_comment(text, p))
			p = blank(p, p + strcspn(p, "\n"));
		else if (p[0] == '/' && p[1] == '*')
			p = blank_block_comment(p);
		else
			p++;
	}
}
