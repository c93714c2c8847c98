/* SPDX-License-Identifier: MIT
 *
 * SHA512-CRYPT against libcrypt, which knows it too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <crypt.h>

#include "lib/password-hash.h"
#include "lib/sha512-crypt.h"

static struct crypt_data data;

/* The hash that libcrypt makes of the password. */
static const char *make(const char *password, const char *setting)
{
	const char *made = crypt_rn(password, setting, &data, sizeof(data));

	assert_non_null(made);
	assert_int_equal(strncmp(made, "$6$", 3), 0);
	return made;
}

static void it_agrees_with_libcrypt(void **state)
{
	/* Around the sizes of a digest and of a block. */
	static const size_t lengths[] = {
		1,   2,   3,   7,   15,  16,  31,  32,  63,  64,  65,  95,
		111, 112, 113, 127, 128, 129, 191, 192, 193, 255, 256, 510};
	static const char *const salts[] = {"a", "Ab./9", "0123456789abcdef"};

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		char password[PASSWORD_BYTES_MAX + 1] = "";

		for (size_t j = 0; j < lengths[i]; j++)
			password[j] = (char)(1 + (j * 89 + i) % 255);
		for (size_t k = 0; k < sizeof(salts) / sizeof(*salts); k++) {
			char setting[64];
			const char *hash;

			(void)snprintf(setting, sizeof(setting),
				       "$6$rounds=%u$%s$",
				       (unsigned int)(1000 + i), salts[k]);
			hash = make(password, setting);
			assert_int_equal(sha512_crypt_verify(hash, password),
					 1);
			password[lengths[i] - 1] ^= 1;
			assert_int_equal(sha512_crypt_verify(hash, password),
					 password[lengths[i] - 1] == '\0' ? -1
									  : 0);
			password[lengths[i] - 1] ^= 1;
		}
	}
}

static void the_usual_form_needs_no_rounds(void **state)
{
	/* From the description of the algorithm. */
	const char *hash =
		"$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3u"
		"BnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1";

	(void)state;
	assert_int_equal(sha512_crypt_verify(hash, "Hello world!"), 1);
	assert_int_equal(sha512_crypt_verify(hash, "Hello world"), 0);
	assert_int_equal(sha512_crypt_verify(hash, "hello world!"), 0);
}

static void what_is_unusual_is_left_to_libcrypt(void **state)
{
	static const char encoded[] =
		"svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3u"
		"BnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1";
	static const char *const fronts[] = {
		"",
		"$5$saltstring$",
		"$6$",
		"$6$saltstringsaltstring$",
		"$6$rounds=$saltstring$",
		"$6$rounds=999$saltstring$",
		"$6$rounds=1000000$saltstring$",
		"$6$rounds=99999999999999999999$saltstring$",
		"$6$rounds=-5000$saltstring$",
		"$6$rounds=05000$saltstring$",
		"$6$rounds=5000x$saltstring$",
		"$6$saltstring$x",
	};
	char hash[256];

	(void)state;
	for (size_t i = 0; i < sizeof(fronts) / sizeof(*fronts); i++) {
		(void)snprintf(hash, sizeof(hash), "%s%s", fronts[i], encoded);
		if (sha512_crypt_verify(hash, "Hello world!") != -1)
			fail_msg("%s", hash);
	}
	(void)snprintf(hash, sizeof(hash), "$6$saltstring$%.85s", encoded);
	assert_int_equal(sha512_crypt_verify(hash, "Hello world!"), -1);
	assert_int_equal(sha512_crypt_verify("$6$saltstring$", "x"), -1);
	(void)snprintf(hash, sizeof(hash), "$6$saltstring$%s", encoded);
	assert_int_equal(sha512_crypt_verify(hash, ""), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_agrees_with_libcrypt),
		cmocka_unit_test(the_usual_form_needs_no_rounds),
		cmocka_unit_test(what_is_unusual_is_left_to_libcrypt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
