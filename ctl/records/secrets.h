/* SPDX-License-Identifier: MIT
 *
 * The columns of an export that hold password hashes, and times. Internal to
 * records; see ctl/records/record.h.
 */
#ifndef ALUMNI_CTL_RECORDS_SECRETS_H
#define ALUMNI_CTL_RECORDS_SECRETS_H

#include <stdint.h>

#include "ctl/records/record.h"

/* Reads a time of RFC 3339 in UTC, as time_text() writes it. Returns 0, or -1
   with an error. */
int record_read_time(int64_t *seconds_r, const char *text, struct error *error);
/* Writes a time; "" for 0. text_r holds RECORD_TEXT_BYTES. */
void record_write_time(int64_t seconds, char *text_r);

/* Readers and writers of columns, as struct record_column has them: the hash of
   the alumni password, and when it was set. */
int record_read_password_hash(struct record *record, const char *text,
			      const struct configuration *configuration,
			      struct error *error);
void record_write_password_hash(const struct record *record, char *text_r);
int record_read_password_set_at(struct record *record, const char *text,
				const struct configuration *configuration,
				struct error *error);
void record_write_password_set_at(const struct record *record, char *text_r);
/* The same for all other credentials, as a JSON array of objects. */
int record_read_credentials(struct record *record, const char *text,
			    const struct configuration *configuration,
			    struct error *error);
void record_write_credentials(const struct record *record, char *text_r);

/* Returns 0, or -1 with an error when a password has a time but no hash. */
int record_check_secrets(struct record *record, struct error *error);

#endif
