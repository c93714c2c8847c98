/* SPDX-License-Identifier: MIT
 *
 * Password hashes: our own, and those that `doveadm pw` made of "correct
 * horse" for each scheme.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/secret.h"
#include "lib/password/hash.h"

#define PASSWORD "correct horse"

static const struct password_cost usual = {64 << 20, 2};

static void new_hashes_verify(void **state)
{
	char hash[PASSWORD_HASH_BYTES], other[PASSWORD_HASH_BYTES];
	const char *prefix = "{ARGON2ID}$argon2id$v=19$m=65536,t=2,p=1$";
	struct error error;

	(void)state;
	assert_int_equal(password_hash_make(PASSWORD, &usual, hash, &error), 0);
	assert_int_equal(strncmp(hash, prefix, strlen(prefix)), 0);
	assert_int_equal(password_hash_verify(hash, PASSWORD, &error), 1);
	assert_int_equal(password_hash_verify(hash, "correct hors", &error), 0);
	assert_int_equal(password_hash_verify(hash, "Correct horse", &error),
			 0);
	assert_int_equal(password_hash_verify(hash, "", &error), 0);
	/* Salted. */
	assert_int_equal(password_hash_make(PASSWORD, &usual, other, &error),
			 0);
	assert_string_not_equal(hash, other);
}

static void passwords_may_be_long_and_of_any_octets(void **state)
{
	char password[PASSWORD_BYTES_MAX + 2];
	char hash[PASSWORD_HASH_BYTES];
	struct error error = {.text = ""};

	(void)state;
	for (size_t i = 0; i < sizeof(password); i++)
		password[i] = (char)(1 + i % 255);
	password[PASSWORD_BYTES_MAX + 1] = '\0';
	assert_int_equal(password_hash_make(password, &usual, hash, &error),
			 -1);
	assert_non_null(strstr(error.text, "1024"));
	password[PASSWORD_BYTES_MAX] = '\0';
	assert_int_equal(password_hash_make(password, &usual, hash, &error), 0);
	assert_int_equal(password_hash_verify(hash, password, &error), 1);
	/* The last octet counts. */
	password[PASSWORD_BYTES_MAX - 1] ^= 1;
	assert_int_equal(password_hash_verify(hash, password, &error), 0);
	assert_int_equal(password_hash_make("", &usual, hash, &error), -1);
	assert_string_equal(error.text, "the password is empty");
}

static void a_hash_costs_what_is_asked(void **state)
{
	static const struct password_cost cost = {8 << 20, 3};
	const char *prefix = "{ARGON2ID}$argon2id$v=19$m=8192,t=3,p=1$";
	char hash[PASSWORD_HASH_BYTES];
	struct error error;

	(void)state;
	assert_int_equal(password_hash_make(PASSWORD, &cost, hash, &error), 0);
	assert_int_equal(strncmp(hash, prefix, strlen(prefix)), 0);
	assert_int_equal(password_hash_verify(hash, PASSWORD, &error), 1);
	password_hash_dummy(&cost, hash);
	assert_int_equal(strncmp(hash, prefix, strlen(prefix)), 0);
	assert_int_equal(password_hash_verify(hash, PASSWORD, &error), 0);
}

static void weak_hashes_are_known(void **state)
{
	static const struct {
		const char *hash;
		bool weak;
	} cases[] = {
		{"{ARGON2ID}$argon2id$v=19$m=65536,t=2,p=1$x$y", false},
		{"{argon2id}$argon2id$v=19$m=65536,t=2,p=1$x$y", false},
		{"{ARGON2ID}$argon2id$v=19$m=131072,t=3,p=1$x$y", false},
		{"{ARGON2ID}$argon2id$v=19$m=65535,t=9,p=1$x$y", true},
		{"{ARGON2ID}$argon2id$v=19$m=131072,t=1,p=1$x$y", true},
		{"{ARGON2I}$argon2i$v=19$m=65536,t=2,p=1$x$y", true},
		{"{ARGON2ID}rubbish", true},
		{"{SHA512-CRYPT}$6$x$y", true},
		{"{PLAIN}x", true},
		{"", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (password_hash_is_weak(cases[i].hash, &usual) !=
		    cases[i].weak)
			fail_msg("%s", cases[i].hash);
	}
}

static void hashes_of_dovecot_verify(void **state)
{
	static const char *const hashes[] = {
		"{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$"
		"s94LBCwqOEmgUjBVxkZhLw$"
		"Mqxd0ALJoazRRuz6k/PW+PoH+p1tDoLO0gEcj7WGQAA",
		"{ARGON2I}$argon2i$v=19$m=32768,t=4,p=1$"
		"2cJyX/ziRtlWrsSnV2sECA$"
		"u/56CDnZRUhQUKdQbdbAalUR+/OVQn5D5jVLWAET6iM",
		"{SHA512-CRYPT}$6$OxpGE47A9bnp/.mc$"
		"cmaCtc4xfQqw3rPCrtqwFkWvBZbuRYTMi4q3sRijffxRt1ipBcEEeMIXfxBIW"
		"SkXariJ4s2BQCKpfz0pDMK3L/",
		"{SHA256-CRYPT}$5$.D3p39tZ441lplDF$"
		"WJW3NMjA7s5tjlPFD1NRhI/UuXY0v8ZXKMPM07TSqp9",
		"{BLF-CRYPT}$2y$05$"
		"e89SPSrY3GlniYYqw2HHluCv5rbATkNZyPeqqHJWA0h/IfjAfwAvG",
		"{MD5-CRYPT}$1$ehbg.ubV$HrVwsXPEEqR5vtv2mNdzw.",
		"{CRYPT}$2y$05$"
		"t64b.bS7FIQ1ZeHlPhmVdugdEp8Bf/Wfejl9.YkaORF/tjKJsM.oW",
		"{CRYPT}$1$ehbg.ubV$HrVwsXPEEqR5vtv2mNdzw.",
		"{crypt}$1$ehbg.ubV$HrVwsXPEEqR5vtv2mNdzw.",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(hashes) / sizeof(*hashes); i++) {
		char damaged[PASSWORD_HASH_BYTES];
		struct error error;
		char *last;

		if (password_hash_verify(hashes[i], PASSWORD, &error) != 1)
			fail_msg("%s", hashes[i]);
		assert_int_equal(
			password_hash_verify(hashes[i], "wrong", &error), 0);
		assert_int_equal(password_hash_verify(hashes[i], "", &error),
				 0);
		/* An octet of the digest, not the last, whose low bits may
		   mean nothing. */
		memcpy(damaged, hashes[i], strlen(hashes[i]) + 1);
		last = damaged + strlen(damaged) - 4;
		*last = *last == 'a' ? 'b' : 'a';
		assert_int_equal(
			password_hash_verify(damaged, PASSWORD, &error), 0);
	}
}

static void hashes_that_cannot_be_used_are_errors(void **state)
{
	static const char *const hashes[] = {
		"",
		"plain",
		"$6$OxpGE47A9bnp/.mc$x",
		"{",
		"{}",
		"{PLAIN}correct horse",
		"{NOSUCH}x",
		"{ARGON2ID",
		"{ARGON2ID}",
		"{ARGON2ID}$argon2id$",
		"{ARGON2ID}$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$!",
		"{ARGON2ID}$argon2i$v=19$m=32768,t=4,p=1$"
		"2cJyX/ziRtlWrsSnV2sECA$"
		"u/56CDnZRUhQUKdQbdbAalUR+/OVQn5D5jVLWAET6iM",
		"{CRYPT}",
		"{CRYPT}*",
		"{CRYPT}!locked",
		"{CRYPT}$99$salt$x",
		"{SHA512-CRYPT}",
		"{SHA512-CRYPT}$1$ehbg.ubV$HrVwsXPEEqR5vtv2mNdzw.",
		"{SHA512-CRYPT}igSKGSU8saL3o",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(hashes) / sizeof(*hashes); i++) {
		struct error error = {.text = ""};

		if (password_hash_verify(hashes[i], PASSWORD, &error) != -1)
			fail_msg("used: %s", hashes[i]);
		assert_string_not_equal(error.text, "");
		assert_null(strstr(error.text, PASSWORD));
	}
}

static void wiped_memory_is_empty(void **state)
{
	char secret[16] = "secret";
	const char zeros[16] = "";

	(void)state;
	secret_wipe(secret, sizeof(secret));
	assert_memory_equal(secret, zeros, sizeof(secret));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_hashes_verify),
		cmocka_unit_test(passwords_may_be_long_and_of_any_octets),
		cmocka_unit_test(a_hash_costs_what_is_asked),
		cmocka_unit_test(weak_hashes_are_known),
		cmocka_unit_test(hashes_of_dovecot_verify),
		cmocka_unit_test(hashes_that_cannot_be_used_are_errors),
		cmocka_unit_test(wiped_memory_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
