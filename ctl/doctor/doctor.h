/* SPDX-License-Identifier: MIT
 *
 * What alumnictl doctor looks at, and what it found: for each thing a sentence
 * that says whether it is in order, and if not, how to mend it. Every group of
 * checks has a file of its own, ctl/doctor/GROUP.c.
 */
#ifndef ALUMNI_CTL_DOCTOR_DOCTOR_H
#define ALUMNI_CTL_DOCTOR_DOCTOR_H

#include <json-c/json.h>
#include <stdbool.h>

#include "ctl/common/command.h"

#define DOCTOR_MEND_BYTES  2048
#define DOCTOR_VALUE_BYTES 4096

struct doctor_certificate {
	char chain[DOCTOR_VALUE_BYTES]; /* path of a PEM file */
	char key[DOCTOR_VALUE_BYTES];
};

struct doctor {
	const char *configuration_path;
	/* NULL when it cannot be read; then no group but the first runs. */
	const struct configuration *configuration;
	/* Accounts only; NULL when it cannot be opened. */
	struct store *store;
	const char *group; /* that is at work */
	/* Objects with group, check, state, text and mend. */
	struct json_object *findings;
	unsigned int problems, unknown;
	/* Taken from the configuration of Postfix and Dovecot by the groups of
	   these names; "" = not known. */
	char hostname[DOCTOR_VALUE_BYTES];
	char spool[DOCTOR_VALUE_BYTES];
	struct doctor_certificate postfix_certificate;
	struct doctor_certificate dovecot_certificate;
	char mend[DOCTOR_MEND_BYTES];
};

struct doctor_group {
	const char *name;
	void (*check)(struct doctor *doctor);
};

/* In the order in which they run; ends with a name of NULL. */
extern const struct doctor_group doctor_groups[];

/* Reports that something is in order. `check` is a short name for programs, and
   never changes. */
void doctor_ok(struct doctor *doctor, const char *check, const char *format,
	       ...) __attribute__((format(printf, 3, 4)));
/* Reports a fault. `mend` says how to mend it, best as a command. */
void doctor_problem(struct doctor *doctor, const char *check, const char *mend,
		    const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Reports that something cannot be seen from here, which is no fault. */
void doctor_unknown(struct doctor *doctor, const char *check,
		    const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Formats into doctor->mend and returns that. */
const char *doctor_mend(struct doctor *doctor, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The value after "NAME = " at the beginning of a line of text, in value_r;
   false when there is no such line. */
bool doctor_find_value(const char *text, const char *name,
		       char value_r[DOCTOR_VALUE_BYTES]);

/* True if the list, separated by white space and commas, has the word. */
bool doctor_list_has(const char *list, const char *word);

/* The groups, each in the file of its name. A group reports on what it looks
   at, and blocks for programs, servers and files. */
void doctor_check_configuration(struct doctor *doctor);
void doctor_check_secrets(struct doctor *doctor);
void doctor_check_store(struct doctor *doctor);
void doctor_check_directories(struct doctor *doctor);
void doctor_check_postfix(struct doctor *doctor);
void doctor_check_aliases(struct doctor *doctor);
void doctor_check_dovecot(struct doctor *doctor);
void doctor_check_sockets(struct doctor *doctor);
void doctor_check_certificates(struct doctor *doctor);
void doctor_check_dns(struct doctor *doctor);

#endif
