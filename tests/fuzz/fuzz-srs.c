/* SPDX-License-Identifier: MIT
 *
 * Senders that are rewritten, and rewritten ones that come back: the first
 * line of an input is a sender, the second an address to take back.
 */
#include <strings.h>

#include "lib/mail/srs.h"
#include "tests/fuzz/fuzz.h"

#define NOW INT64_C(1700000000)

static void try_forward(const struct srs *srs, const char *sender)
{
	char rewritten[ADDRESS_BYTES];
	char back[ADDRESS_BYTES];
	struct address from;
	struct address to;
	struct error error;

	if (srs_forward(srs, sender, NOW, rewritten) != SRS_OK)
		return;
	fuzz_claim(strlen(rewritten) < ADDRESS_BYTES);
	if (!srs_is_rewritten(rewritten))
		return;
	fuzz_claim(srs_forward(srs, rewritten, NOW, back) != SRS_FAILED);
	if (srs_is_rewritten(sender))
		return;
	fuzz_claim(srs_reverse(srs, rewritten, NOW, back) == SRS_OK);
	fuzz_claim(address_parse(sender, &from, &error) == 0);
	fuzz_claim(address_parse(back, &to, &error) == 0);
	fuzz_claim(strcmp(from.local, to.local) == 0);
	fuzz_claim(strcasecmp(from.domain, to.domain) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const secrets[] = {"a secret", "an older one"};
	const struct srs_options options = {
		.secrets = secrets,
		.secret_count = 2,
		.domain = "alumni.example",
		.max_age_days = 21,
	};
	static struct srs *srs;
	char *text = fuzz_string(data, size);
	const char *rewritten = fuzz_cut_line(text);
	char sender[ADDRESS_BYTES];
	struct error error;

	if (srs == NULL)
		fuzz_claim(srs_new(&options, &srs, &error) == 0);
	try_forward(srs, text);
	if (srs_reverse(srs, rewritten, NOW, sender) == SRS_OK)
		fuzz_claim(srs_is_rewritten(rewritten));
	free(text);
	return 0;
}
