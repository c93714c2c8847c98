/* SPDX-License-Identifier: MIT
 *
 * An account as a record of an export: one line of CSV or JSON, by a table of
 * columns that both have in common. Import reads back what export writes.
 */
#ifndef ALUMNI_CTL_RECORDS_RECORD_H
#define ALUMNI_CTL_RECORDS_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/account/account.h"
#include "lib/configuration/configuration.h"
#include "lib/store/store.h"

/* Long enough for every column: many credentials, as JSON. */
#define RECORD_TEXT_BYTES (64 * 1024)

struct record {
	struct account account;
	struct alias aliases[ALIASES_MAX];
	size_t alias_count;
	struct credential credentials[CREDENTIALS_MAX];
	size_t credential_count;
};

enum record_type {
	RECORD_TEXT,   /* a string in JSON, null when empty */
	RECORD_NUMBER, /* a number in JSON where it is one */
	RECORD_SWITCH, /* yes or no; true or false */
	RECORD_WORDS,  /* with spaces between; an array of strings */
	RECORD_JSON,   /* JSON in either */
};

struct record_column {
	const char *name;
	enum record_type type;
	bool is_secret; /* only with --with-hashes */
	/* Takes a text that is not empty. Returns 0, or -1 with what is
	   wrong. */
	int (*read)(struct record *record, const char *text,
		    const struct configuration *configuration,
		    struct error *error);
	/* Writes at most RECORD_TEXT_BYTES; "" = nothing. */
	void (*write)(const struct record *record, char *text_r);
};

/* In the order of an export; ends with a name of NULL. */
extern const struct record_column record_columns[];

/* Finds a column by its name. Returns NULL when there is none. */
const struct record_column *record_column_find(const char *name);

/* Sets every field to the value that it has when a file leaves its column out.
 */
void record_begin(struct record *record,
		  const struct configuration *configuration);

/* Checks, when all columns have been read, what must go together. Returns 0, or
   -1 with an error. */
int record_check(struct record *record, struct error *error);

/* Overwrites the hashes in the record. */
void record_wipe(struct record *record);

#endif
