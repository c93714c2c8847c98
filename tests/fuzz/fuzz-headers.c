/* SPDX-License-Identifier: MIT
 *
 * Headers that the filter reads: From of people who logged in, marks of spam,
 * and results of authentication. The first line of an input is the name, the
 * rest the value.
 */
#include "milter/plan/authentication-results.h"
#include "milter/plan/from-header.h"
#include "milter/plan/spam-marks.h"
#include "tests/fuzz/fuzz.h"

static void try_from(const char *value)
{
	const char *end = value + strlen(value);
	const char *position = value;
	char address[ADDRESS_BYTES];
	enum from_header_result result;

	do {
		const char *before = position;

		result = from_header_next(&position, address);
		fuzz_claim(position >= before && position <= end);
		if (result == FROM_HEADER_ADDRESS) {
			fuzz_claim(address[0] != '\0');
			fuzz_claim(strlen(address) < ADDRESS_BYTES);
			/* Or a header would be read for ever. */
			fuzz_claim(position > before);
		}
	} while (result == FROM_HEADER_ADDRESS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char *marks[] = {"X-Spam: Yes", "X-Spam-Flag: YES", NULL};
	static char authserv_id[] = "mx.alumni.example";
	static const struct configuration configuration = {
		.spam_headers = marks,
		.authserv_id = authserv_id,
	};
	char *name = fuzz_string(data, size);
	const char *value = fuzz_cut_line(name);
	enum suspicion suspicion;

	try_from(value);
	suspicion = spam_marks_judge(&configuration, name, value);
	fuzz_claim((suspicion_name(suspicion) == NULL) ==
		   (suspicion == SUSPICION_NONE));
	if (authentication_results_fail_dmarc(value, authserv_id))
		fuzz_claim(strcasestr(value, "dmarc") != NULL &&
			   strcasestr(value, "fail") != NULL);
	free(name);
	return 0;
}
