/* SPDX-License-Identifier: MIT
 *
 * Values about usage; see usage.h.
 */
#include "protocol/usage.h"

/* Reads numbers, of which those from first to last must fit into 32 bits. */
static int parse(const char *text, int64_t *numbers_r, size_t count,
		 size_t first, size_t last, struct error *error)
{
	if (wire_numbers_parse(text, numbers_r, count, error) < 0)
		return -1;
	for (size_t i = first; i <= last; i++) {
		if (numbers_r[i] > UINT32_MAX)
			return error_set(error,
					 "\"%.128s\" has a number of more than "
					 "32 bits where IMAP has none",
					 text);
	}
	return 0;
}

void wire_inbox_format(const struct wire_inbox *inbox,
		       char text_r[WIRE_VALUE_BYTES])
{
	const int64_t numbers[] = {inbox->uid_validity, inbox->uid_next};

	wire_numbers_format(numbers, 2, text_r);
}

int wire_inbox_parse(const char *text, struct wire_inbox *inbox_r,
		     struct error *error)
{
	int64_t numbers[2];

	if (parse(text, numbers, 2, 0, 1, error) < 0)
		return -1;
	*inbox_r = (struct wire_inbox){
		.uid_validity = (uint32_t)numbers[0],
		.uid_next = (uint32_t)numbers[1],
	};
	return 0;
}

void wire_saved_format(const struct wire_saved *saved,
		       char text_r[WIRE_VALUE_BYTES])
{
	const int64_t numbers[] = {saved->bytes, saved->messages,
				   saved->uid_validity, saved->first_uid,
				   saved->saved_at};

	wire_numbers_format(numbers, 5, text_r);
}

int wire_saved_parse(const char *text, struct wire_saved *saved_r,
		     struct error *error)
{
	int64_t numbers[5];

	if (parse(text, numbers, 5, 1, 3, error) < 0)
		return -1;
	*saved_r = (struct wire_saved){
		.bytes = numbers[0],
		.messages = (uint32_t)numbers[1],
		.uid_validity = (uint32_t)numbers[2],
		.first_uid = (uint32_t)numbers[3],
		.saved_at = numbers[4],
	};
	if (saved_r->messages == 0 || saved_r->uid_validity == 0 ||
	    saved_r->first_uid == 0)
		return error_set(error, "\"%.128s\" tells of no message", text);
	return 0;
}

void wire_limits_format(const struct wire_limits *limits,
			char text_r[WIRE_VALUE_BYTES])
{
	const int64_t numbers[] = {limits->bytes, limits->messages,
				   limits->trash_allowance};

	wire_numbers_format(numbers, 3, text_r);
}

int wire_limits_parse(const char *text, struct wire_limits *limits_r,
		      struct error *error)
{
	int64_t numbers[3];

	if (wire_numbers_parse(text, numbers, 3, error) < 0)
		return -1;
	*limits_r = (struct wire_limits){
		.bytes = numbers[0],
		.messages = numbers[1],
		.trash_allowance = numbers[2],
	};
	return 0;
}

void wire_usage_format(const struct wire_usage *usage,
		       char text_r[WIRE_VALUE_BYTES])
{
	const int64_t numbers[] = {usage->bytes, usage->messages,
				   usage->inbox.uid_validity,
				   usage->inbox.uid_next};

	wire_numbers_format(numbers, 4, text_r);
}

int wire_usage_parse(const char *text, struct wire_usage *usage_r,
		     struct error *error)
{
	int64_t numbers[4];

	if (parse(text, numbers, 4, 2, 3, error) < 0)
		return -1;
	*usage_r = (struct wire_usage){
		.bytes = numbers[0],
		.messages = numbers[1],
		.inbox = {.uid_validity = (uint32_t)numbers[2],
			  .uid_next = (uint32_t)numbers[3]},
	};
	return 0;
}
