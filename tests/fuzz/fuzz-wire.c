/* SPDX-License-Identifier: MIT
 *
 * Values that programs exchange. The dict process reads what a taken-over mail
 * process writes, and a mail process what the dict process answers.
 *
 * The first byte chooses a format. What is read from the rest must be written,
 * and read again, as the same.
 */
#include "protocol/fields.h"
#include "protocol/refusal.h"
#include "protocol/trash.h"
#include "protocol/usage.h"
#include "tests/fuzz/fuzz.h"

/* Reads the text, writes what was read, and reads that. */
#define TRY(name, text)                                                        \
	do {                                                                   \
		struct wire_##name first, second;                              \
		struct error error = {""};                                     \
		char written[WIRE_VALUE_BYTES], again[WIRE_VALUE_BYTES];       \
                                                                               \
		if (wire_##name##_parse(text, &first, &error) < 0) {           \
			fuzz_claim(error.text[0] != '\0');                     \
			break;                                                 \
		}                                                              \
		wire_##name##_format(&first, written);                         \
		fuzz_claim(wire_##name##_parse(written, &second, &error) ==    \
			   0);                                                 \
		wire_##name##_format(&second, again);                          \
		fuzz_claim(strcmp(written, again) == 0);                       \
		fuzz_claim(strlen(written) <= strlen(text));                   \
	} while (0)

static void try_number(const char *text)
{
	char written[WIRE_VALUE_BYTES];
	int64_t number, again;
	bool yes, again_yes;

	if (wire_number_parse(text, &number, NULL) == 0) {
		fuzz_claim(number >= 0);
		wire_number_format(number, written);
		fuzz_claim(wire_number_parse(written, &again, NULL) == 0);
		fuzz_claim(number == again);
	}
	if (wire_yes_no_parse(text, &yes) == 0) {
		fuzz_claim(wire_yes_no_parse(wire_yes_no_format(yes),
					     &again_yes) == 0);
		fuzz_claim(yes == again_yes);
	}
}

/* The text as an error of a commit, and as the sentence in one. */
static void try_refusal(const char *text)
{
	char refusal[WIRE_REFUSAL_BYTES];
	const char *sentence;
	size_t length;

	sentence = wire_refusal_parse(text, &length);
	if (sentence != NULL)
		fuzz_claim(sentence >= text &&
			   sentence + length <= text + strlen(text));
	wire_refusal_format(text, refusal);
	sentence = wire_refusal_parse(refusal, &length);
	fuzz_claim(sentence != NULL);
	fuzz_claim(length == strnlen(text, ERROR_TEXT_BYTES - 1));
	fuzz_claim(memcmp(sentence, text, length) == 0);
}

static void try_fields(const char *text, size_t count)
{
	const size_t size = strlen(text) + 1;
	char *cut = strdup(text), *joined = malloc(size);
	char *before = malloc(size);
	const char *fields[WIRE_FIELDS_MAX];

	fuzz_claim(cut != NULL && joined != NULL && before != NULL);
	if (wire_fields_parse(cut, fields, count) == 0) {
		memcpy(joined, fields[0], strlen(fields[0]) + 1);
		for (size_t i = 1; i < count; i++) {
			memcpy(before, joined, size);
			fuzz_claim(wire_fields_format(before, fields[i], joined,
						      size) == 0);
		}
		fuzz_claim(strcmp(joined, text) == 0);
	}
	free(before);
	free(joined);
	free(cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *input = fuzz_string(data, size);
	const char *text = input[0] == '\0' ? input : input + 1;

	switch (input[0]) {
	case 'i':
		TRY(inbox, text);
		break;
	case 's':
		TRY(saved, text);
		break;
	case 'l':
		TRY(limits, text);
		break;
	case 'u':
		TRY(usage, text);
		break;
	case 't':
		TRY(trash_state, text);
		break;
	case 'e':
		TRY(trash_expired, text);
		break;
	default:
		try_number(text);
		try_refusal(text);
		for (size_t count = 1; count <= WIRE_FIELDS_MAX; count++)
			try_fields(text, count);
	}
	free(input);
	return 0;
}
