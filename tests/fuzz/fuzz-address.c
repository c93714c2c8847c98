/* SPDX-License-Identifier: MIT
 *
 * Addresses, user names and forwarding addresses, all from outside. What was
 * accepted once must be accepted in the form it was brought into, unchanged.
 */
#include "lib/mail/address.h"
#include "tests/fuzz/fuzz.h"

static const char *const domains[] = {"alumni.example", "uni.example", NULL};

static void try_address(const char *text)
{
	struct address address;
	struct address again;
	struct error error;
	char formatted[ADDRESS_BYTES * 2];
	char name[ADDRESS_LOCAL_BYTES];

	if (address_parse(text, &address, &error) < 0) {
		fuzz_claim(error.text[0] != '\0');
		return;
	}
	(void)address_account_name(&address, name, sizeof(name));
	if (address_format(&address, formatted, sizeof(formatted)) < 0)
		return;
	/* Quotes and backslashes may make it longer than an address may be. */
	if (strlen(formatted) >= ADDRESS_BYTES)
		return;
	fuzz_claim(address_parse(formatted, &again, &error) == 0);
	fuzz_claim(strcmp(address.local, again.local) == 0);
	fuzz_claim(strcmp(address.domain, again.domain) == 0);
}

static void try_account_name(const char *text)
{
	struct error error;
	char name[ADDRESS_LOCAL_BYTES];
	char again[ADDRESS_LOCAL_BYTES];

	if (account_name_normalise(text, domains, name, &error) < 0) {
		fuzz_claim(error.text[0] != '\0');
		return;
	}
	fuzz_claim(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") ==
		   strlen(name));
	fuzz_claim(strlen(name) >= 1 && strlen(name) <= 64);
	fuzz_claim(account_name_normalise(name, domains, again, &error) == 0);
	fuzz_claim(strcmp(name, again) == 0);
}

static void try_forward_address(const char *text)
{
	struct error error;
	struct address address;
	char checked[ADDRESS_BYTES];
	char again[ADDRESS_BYTES];

	if (forward_address_check(text, domains, checked, &error) < 0) {
		fuzz_claim(error.text[0] != '\0');
		return;
	}
	fuzz_claim(forward_address_check(checked, domains, again, &error) == 0);
	fuzz_claim(strcmp(checked, again) == 0);
	fuzz_claim(address_parse(checked, &address, &error) == 0);
	fuzz_claim(!address_domain_is_listed(address.domain, domains));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);

	try_address(text);
	try_account_name(text);
	try_forward_address(text);
	free(text);
	return 0;
}
