/* SPDX-License-Identifier: MIT
 *
 * Values about Trash; see trash.h.
 */
#include "protocol/trash.h"

void wire_trash_state_format(const struct wire_trash_state *state,
			     char text_r[WIRE_VALUE_BYTES])
{
	const int64_t numbers[] = {state->generation, state->oldest,
				   state->retention};

	wire_numbers_format(numbers, 3, text_r);
}

int wire_trash_state_parse(const char *text, struct wire_trash_state *state_r,
			   struct error *error)
{
	int64_t numbers[3];

	if (wire_numbers_parse(text, numbers, 3, error) < 0)
		return -1;
	*state_r = (struct wire_trash_state){
		.generation = numbers[0],
		.oldest = numbers[1],
		.retention = numbers[2],
	};
	return 0;
}

void wire_trash_expired_format(const struct wire_trash_expired *expired,
			       char text_r[WIRE_VALUE_BYTES])
{
	const int64_t numbers[] = {expired->generation, expired->oldest_left};

	wire_numbers_format(numbers, 2, text_r);
}

int wire_trash_expired_parse(const char *text,
			     struct wire_trash_expired *expired_r,
			     struct error *error)
{
	int64_t numbers[2];

	if (wire_numbers_parse(text, numbers, 2, error) < 0)
		return -1;
	*expired_r = (struct wire_trash_expired){
		.generation = numbers[0],
		.oldest_left = numbers[1],
	};
	return 0;
}
