/* SPDX-License-Identifier: MIT
 *
 * What people write into METADATA entries: a forwarding address, a code, and
 * passwords in a sealed box, which a taken-over mail process fills as it likes.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/password/app-password.h"
#include "lib/password/sealed-box.h"
#include "plugins/dict/forward-rules.h"
#include "tests/fuzz/fuzz.h"

#define TEXT_BYTES 4097

static char primary[] = "alumni.example";
static char disposable[] = "disposable.example";
static char srs[] = "srs.example";
static char *own[] = {primary, NULL};
static char *denied[] = {disposable, NULL};
static const struct configuration configuration = {
	.domains = own,
	.forward_denied_domains = denied,
	.srs_domain = srs,
};

/* Nothing that ends a line of SMTP, of a header or of a log, and no domain that
   mail must not go to. */
static void try_address(const char *text)
{
	char address[ADDRESS_BYTES], again[ADDRESS_BYTES];
	struct error error = {""};
	const char *at;

	if (forward_rules_check(&configuration, text, address, &error) < 0) {
		fuzz_claim(error.text[0] != '\0');
		return;
	}
	for (const char *p = address; *p != '\0'; p++)
		fuzz_claim(*p > ' ' && *p < 0x7f &&
			   strchr("<>()[]\\\",;:", *p) == NULL);
	at = strchr(address, '@');
	fuzz_claim(at != NULL && at == strrchr(address, '@'));
	fuzz_claim(address[0] != '-' && strchr(at, '.') != NULL);
	fuzz_claim(strstr(at, primary) == NULL ||
		   strstr(at, primary)[strlen(primary)] != '\0' ||
		   (strstr(at, primary)[-1] != '.' &&
		    strstr(at, primary)[-1] != '@'));
	fuzz_claim(strcmp(at + 1, disposable) != 0 && strcmp(at + 1, srs) != 0);
	fuzz_claim(forward_rules_check(&configuration, address, again,
				       &error) == 0);
	fuzz_claim(strcmp(address, again) == 0);
}

/* Hashing takes its time, so the code is made once. */
static void try_code(const char *text)
{
	static char code[APP_PASSWORD_BYTES], hash[APP_PASSWORD_HASH_BYTES];
	struct error error;

	if (code[0] == '\0') {
		fuzz_claim(app_password_make_code(code, &error) == 0);
		fuzz_claim(app_password_hash(code, hash, &error) == 0);
	}
	/* Chance does not guess it. */
	fuzz_claim(!app_password_verify(hash, text));
	/* And an attacker's hash, should one get there, opens nothing. */
	(void)app_password_verify(text, code);
	(void)app_password_has_shape(text);
}

/* A file in memory, as only its owner may read it. */
static void key_file(const char *key, char path_r[64])
{
	int fd = memfd_create("key", MFD_CLOEXEC);

	fuzz_claim(fd >= 0 && fchmod(fd, 0600) == 0);
	fuzz_claim(write(fd, key, strlen(key)) == (ssize_t)strlen(key));
	(void)snprintf(path_r, 64, "/proc/self/fd/%d", fd);
}

static void try_box(const char *text)
{
	static char private_path[64], public_path[64];
	char private[SEALED_BOX_KEY_BYTES], public[SEALED_BOX_KEY_BYTES];
	char opened[TEXT_BYTES], sealed[SEALED_BOX_BYTES(TEXT_BYTES)];
	struct error error;

	if (private_path[0] == '\0') {
		fuzz_claim(sealed_box_make_keys(private, public, &error) == 0);
		key_file(private, private_path);
		key_file(public, public_path);
	}
	/* What comes out of nowhere is no box of ours. */
	fuzz_claim(sealed_box_open(private_path, text, opened, sizeof(opened),
				   &error) == 0);
	fuzz_claim(sealed_box_close(public_path, text, sealed, sizeof(sealed),
				    &error) == 0);
	fuzz_claim(sealed_box_open(private_path, sealed, opened, sizeof(opened),
				   &error) == 1);
	fuzz_claim(strcmp(opened, text) == 0);
	/* One that was changed on the way is none either. */
	sealed[strlen(sealed) / 2] ^= 1;
	fuzz_claim(sealed_box_open(private_path, sealed, opened, sizeof(opened),
				   &error) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);

	try_address(text);
	try_code(text);
	try_box(text);
	free(text);
	return 0;
}
