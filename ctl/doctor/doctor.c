/* SPDX-License-Identifier: MIT
 *
 * The groups of checks, and what they found; see ctl/doctor/doctor.h.
 */
#include "ctl/doctor/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctl/common/account-view.h"

#define LIST_SEPARATORS ", \t"

const struct doctor_group doctor_groups[] = {
	{"configuration", doctor_check_configuration},
	{"secrets", doctor_check_secrets},
	{"store", doctor_check_store},
	{"directories", doctor_check_directories},
	{"postfix", doctor_check_postfix},
	{"aliases", doctor_check_aliases},
	{"dovecot", doctor_check_dovecot},
	{"sockets", doctor_check_sockets},
	{"certificates", doctor_check_certificates},
	{"dns", doctor_check_dns},
	{NULL, NULL},
};

static void add(struct doctor *doctor, const char *check, const char *state,
		const char *mend, const char *format, va_list arguments)
{
	struct json_object *finding = json_object_new_object();
	char text[DOCTOR_VALUE_BYTES];

	vsnprintf(text, sizeof(text), format, arguments);
	json_add_text(finding, "group", doctor->group);
	json_add_text(finding, "check", check);
	json_add_text(finding, "state", state);
	json_add_text(finding, "text", text);
	json_add_text(finding, "mend", mend);
	json_object_array_add(doctor->findings, finding);
}

void doctor_ok(struct doctor *doctor, const char *check, const char *format,
	       ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(doctor, check, "ok", NULL, format, arguments);
	va_end(arguments);
}

void doctor_problem(struct doctor *doctor, const char *check, const char *mend,
		    const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(doctor, check, "problem", mend, format, arguments);
	va_end(arguments);
	doctor->problems++;
}

void doctor_unknown(struct doctor *doctor, const char *check,
		    const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(doctor, check, "unknown", NULL, format, arguments);
	va_end(arguments);
	doctor->unknown++;
}

const char *doctor_mend(struct doctor *doctor, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(doctor->mend, sizeof(doctor->mend), format, arguments);
	va_end(arguments);
	return doctor->mend;
}

bool doctor_find_value(const char *text, const char *name,
		       char value_r[DOCTOR_VALUE_BYTES])
{
	size_t length = strlen(name);

	value_r[0] = '\0';
	for (const char *line = text; *line != '\0';
	     line += strcspn(line, "\n"), line += *line == '\n') {
		const char *value = line + length;

		if (strncmp(line, name, length) != 0 ||
		    strncmp(value, " =", 2) != 0)
			continue;
		value += strspn(value, " =");
		snprintf(value_r, DOCTOR_VALUE_BYTES, "%.*s",
			 (int)strcspn(value, "\n"), value);
		return true;
	}
	return false;
}

bool doctor_list_has(const char *list, const char *word)
{
	size_t length = strlen(word);

	while (*(list += strspn(list, LIST_SEPARATORS)) != '\0') {
		size_t item = strcspn(list, LIST_SEPARATORS);

		if (item == length && strncmp(list, word, length) == 0)
			return true;
		list += item;
	}
	return false;
}
