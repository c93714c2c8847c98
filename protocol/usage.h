/* SPDX-License-Identifier: MIT
 *
 * What mail processes and the account store tell each other of a mailbox's
 * usage and limits. See protocol/values.h for how the functions behave.
 */
#ifndef ALUMNI_PROTOCOL_USAGE_H
#define ALUMNI_PROTOCOL_USAGE_H

#include "protocol/values.h"

/* "UIDVALIDITY UIDNEXT": which messages INBOX had. UIDs have 32 bits (RFC 9051,
   section 2.3.1.1). uid_next 0 = not known. */
struct wire_inbox {
	uint32_t uid_validity, uid_next;
};

void wire_inbox_format(const struct wire_inbox *inbox,
		       char text_r[WIRE_VALUE_BYTES]);
int wire_inbox_parse(const char *text, struct wire_inbox *inbox_r,
		     struct error *error);

/* "BYTES MESSAGES UIDVALIDITY FIRST-UID SAVED-AT": messages that were saved
   into INBOX in one transaction, with UIDs in a row. saved_at is in nanoseconds
   of CLOCK_MONOTONIC. messages, uid_validity and first_uid are 1 or more. */
struct wire_saved {
	int64_t bytes;
	uint32_t messages;
	uint32_t uid_validity, first_uid;
	int64_t saved_at;
};

void wire_saved_format(const struct wire_saved *saved,
		       char text_r[WIRE_VALUE_BYTES]);
int wire_saved_parse(const char *text, struct wire_saved *saved_r,
		     struct error *error);

/* "BYTES MESSAGES TRASH-ALLOWANCE-BYTES": the limits that hold, 0 = unlimited.
   trash_allowance is by how many bytes a copy into Trash may go over the
   limit. */
struct wire_limits {
	int64_t bytes, messages, trash_allowance;
};

void wire_limits_format(const struct wire_limits *limits,
			char text_r[WIRE_VALUE_BYTES]);
int wire_limits_parse(const char *text, struct wire_limits *limits_r,
		      struct error *error);

/* "BYTES MESSAGES UIDVALIDITY UIDNEXT": the usage that was published last, and
   INBOX as it was then. */
struct wire_usage {
	int64_t bytes, messages;
	struct wire_inbox inbox;
};

void wire_usage_format(const struct wire_usage *usage,
		       char text_r[WIRE_VALUE_BYTES]);
int wire_usage_parse(const char *text, struct wire_usage *usage_r,
		     struct error *error);

#endif
