/* SPDX-License-Identifier: MIT
 *
 * The columns of an export that hold password hashes, and times. Internal to
 * records; see ctl/records/record.h.
 */
#ifndef ALUMNI_CTL_RECORDS_SECRETS_H
#define ALUMNI_CTL_RECORDS_SECRETS_H

#include <stdint.h>

#include "ctl/records/record.h"

/* RFC 3339 in UTC, as time_text() writes it; "" = 0. */
int record_read_time(int64_t *seconds_r, const char *text, struct error *error);
void record_write_time(int64_t seconds, char *text_r);

int record_read_password_hash(struct record *record, const char *text,
			      const struct configuration *configuration,
			      struct error *error);
void record_write_password_hash(const struct record *record, char *text_r);
int record_read_password_set_at(struct record *record, const char *text,
				const struct configuration *configuration,
				struct error *error);
void record_write_password_set_at(const struct record *record, char *text_r);
/* Those that are no alumni password, as a JSON array of objects. */
int record_read_credentials(struct record *record, const char *text,
			    const struct configuration *configuration,
			    struct error *error);
void record_write_credentials(const struct record *record, char *text_r);

/* A time without a hash is nothing. */
int record_check_secrets(struct record *record, struct error *error);

#endif
