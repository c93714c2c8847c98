/* SPDX-License-Identifier: MIT
 *
 * Passwords made here: their form, and that each fits its hash alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/password/app-password.h"

#define MADE 200

static void each_has_the_form_and_is_new(void **state)
{
	char made[MADE][APP_PASSWORD_BYTES];

	(void)state;
	for (int i = 0; i < MADE; i++) {
		assert_int_equal(app_password_make(made[i], NULL), 0);
		assert_int_equal(strlen(made[i]), 24);
		assert_int_equal(
			strspn(made[i], "abcdefghjkmnpqrstuvwxyz23456789-"),
			24);
		for (int at = 4; at < 24; at += 5)
			assert_int_equal(made[i][at], '-');
		assert_true(app_password_has_shape(made[i]));
		for (int j = 0; j < i; j++)
			assert_string_not_equal(made[i], made[j]);
	}
}

static void form_is_told_from_other_passwords(void **state)
{
	static const struct {
		const char *typed;
		bool has_shape;
	} cases[] = {
		{"abcd-efgh-jkmn-pqrs-tuvw", true},
		{"abcdefghjkmnpqrstuvw", true},
		{"ABCD EFGH JKMN PQRS TUVW", true},
		{" abcd-efgh-jkmn-pqrs-tuvw ", true},
		{"", false},
		{"-", false},
		{"abcd-efgh-jkmn-pqrs-tuv", false},
		{"abcd-efgh-jkmn-pqrs-tuvwx", false},
		{"abcd-efgh-jkmn-pqrs-tuv0", false},
		{"abcd-efgh-jkmn-pqrs-tuvl", false},
		{"abcd_efgh_jkmn_pqrs_tuvw", false},
		{"abcd-efgh-jkmn-pqrs-tuv\303\270", false},
		{"alumna-alumni", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (app_password_has_shape(cases[i].typed) !=
		    cases[i].has_shape)
			fail_msg("\"%s\"", cases[i].typed);
	}
}

static void only_the_password_fits_its_hash(void **state)
{
	char password[APP_PASSWORD_BYTES], other[APP_PASSWORD_BYTES];
	char hash[APP_PASSWORD_HASH_BYTES], again[APP_PASSWORD_HASH_BYTES];
	char typed[2 * APP_PASSWORD_BYTES];
	size_t length = 0;

	(void)state;
	assert_int_equal(app_password_make(password, NULL), 0);
	assert_int_equal(app_password_make(other, NULL), 0);
	assert_int_equal(app_password_hash(password, hash, NULL), 0);
	assert_int_equal(app_password_hash(password, again, NULL), 0);
	assert_string_not_equal(hash, again);
	assert_null(strstr(hash, password));
	assert_true(app_password_verify(hash, password));
	assert_true(app_password_verify(again, password));
	assert_false(app_password_verify(hash, other));
	assert_false(app_password_verify(hash, ""));
	/* As people type it. */
	for (const char *p = password; *p != '\0'; p++) {
		if (*p == '-')
			typed[length++] = ' ';
		else
			typed[length++] = *p >= 'a' ? (char)(*p - 32) : *p;
	}
	typed[length] = '\0';
	assert_true(app_password_verify(hash, typed));
	typed[length - 1] = typed[length - 1] == 'A' ? 'B' : 'A';
	assert_false(app_password_verify(hash, typed));
}

static void spoilt_hashes_fit_nothing(void **state)
{
	static const char password[] = "abcd-efgh-jkmn-pqrs-tuvw";
	char hash[APP_PASSWORD_HASH_BYTES];
	char spoilt[APP_PASSWORD_HASH_BYTES];

	(void)state;
	assert_int_equal(app_password_hash(password, hash, NULL), 0);
	for (size_t i = 0; i < strlen(hash); i++) {
		memcpy(spoilt, hash, sizeof(spoilt));
		spoilt[i] = spoilt[i] == 'a' ? 'b' : 'a';
		if (app_password_verify(spoilt, password))
			fail_msg("fits with byte %zu changed", i);
		spoilt[i] = '\0';
		assert_false(app_password_verify(spoilt, password));
	}
	assert_false(app_password_verify("{ARGON2ID}$argon2id$v=19$x", "x"));
}

static void codes_are_short_and_fit_too(void **state)
{
	char code[APP_PASSWORD_BYTES];
	char hash[APP_PASSWORD_HASH_BYTES];

	(void)state;
	assert_int_equal(app_password_make_code(code, NULL), 0);
	assert_int_equal(strlen(code), 8);
	assert_false(app_password_has_shape(code));
	assert_int_equal(app_password_hash(code, hash, NULL), 0);
	assert_true(app_password_verify(hash, code));
	code[7] = code[7] == 'a' ? 'b' : 'a';
	assert_false(app_password_verify(hash, code));
	assert_int_equal(app_password_hash("", hash, NULL), -1);
	assert_int_equal(app_password_hash("not one of ours!", hash, NULL), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_the_form_and_is_new),
		cmocka_unit_test(form_is_told_from_other_passwords),
		cmocka_unit_test(only_the_password_fits_its_hash),
		cmocka_unit_test(spoilt_hashes_fit_nothing),
		cmocka_unit_test(codes_are_short_and_fit_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
