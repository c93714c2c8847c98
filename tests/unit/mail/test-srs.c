/* SPDX-License-Identifier: MIT
 *
 * Sender rewriting by itself: there and back, what is refused and as what.
 * That it agrees with Mail::SRS is in tests/unit/mail/test-srs-oracle.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/mail/srs.h"

#define DAY     INT64_C(86400)
#define NOW     INT64_C(1750000000)
#define MAX_AGE 21
#define TEN(s)  s s s s s s s s s s

static struct srs *make(const char *const *secrets, size_t count)
{
	const struct srs_options options = {
		.secrets = secrets,
		.secret_count = count,
		.domain = "alumni.example",
		.max_age_days = MAX_AGE,
	};
	struct srs *srs = NULL;
	struct error error;

	if (srs_new(&options, &srs, &error) < 0)
		fail_msg("%s", error.text);
	return srs;
}

static struct srs *make_usual(void)
{
	static const char *const secrets[] = {"correct horse"};

	return make(secrets, 1);
}

static void forward(const struct srs *srs, const char *sender, int64_t now,
		    char rewritten[ADDRESS_BYTES])
{
	assert_int_equal(srs_forward(srs, sender, now, rewritten), SRS_OK);
}

static void senders_go_there_and_back(void **state)
{
	static const struct {
		const char *sender, *back; /* NULL = the same */
	} cases[] = {
		{"user@outside.example", NULL},
		{"User.Name@outside.example", NULL},
		{"user@OUTSIDE.Example", NULL},
		{"bounce+user=alumni.example@list.example", NULL},
		{"prvs=1234567890=user@outside.example", NULL},
		{"a=b=c=d@outside.example", NULL},
		{"=@outside.example", NULL},
		{"a-b%c@outside.example", NULL},
		{"\"a b\"@outside.example", NULL},
		{"\"a@b\"@outside.example", NULL},
		{"\"a\\\"b\\\\c\"@outside.example", NULL},
		{"\"\"@outside.example", NULL},
		{"\"plain\"@outside.example", "plain@outside.example"},
		{"a..b@outside.example", "\"a..b\"@outside.example"},
		{"user@[192.0.2.1]", NULL},
		{"user@[IPv6:2001:db8::1]", NULL},
		{"j\xc3\xb8rgen@bl\xc3\xa5.example", NULL},
		{"<user@outside.example>", "user@outside.example"},
		{"user@sub.alumni.example", NULL},
		/* Rewritten by others before. */
		{"SRS0=abcd=TT=first.example=user@second.example", NULL},
		{"srs0+abcd=TT=first.example=user@second.example",
		 "SRS0+abcd=TT=first.example=user@second.example"},
		{"SRS0-abcd=TT=first.example=user@second.example", NULL},
		{"SRS0=anything@second.example", NULL},
		{"SRS1=wxyz=first.example==abcd=TT=o.example=u@second.example",
		 "SRS0=abcd=TT=o.example=u@first.example"},
		{"SRS1+wxyz=first.example=-abcd=TT=o.example=u@second.example",
		 "SRS0-abcd=TT=o.example=u@first.example"},
		/* Only looks like it. */
		{"srs0user@second.example", NULL},
		{"srs1-team@second.example", NULL},
		{"SRS1=wxyz=first.example@second.example", NULL},
		{"SRS1=wxyz==abcd=TT=o.example=u@second.example", NULL},
		{"SRS1=wxyz=not a domain==u@second.example", "-"},
		{"\"SRS1=wxyz=not a domain==u\"@second.example", NULL},
		{"SRS1=wxyz=first.example=user@second.example", NULL},
	};
	struct srs *srs = make_usual();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *want =
			cases[i].back != NULL ? cases[i].back : cases[i].sender;
		char rewritten[ADDRESS_BYTES], back[ADDRESS_BYTES];
		enum srs_result result;

		if (strcmp(want, "-") == 0) {
			assert_int_equal(srs_forward(srs, cases[i].sender, NOW,
						     rewritten),
					 SRS_MALFORMED);
			continue;
		}
		forward(srs, cases[i].sender, NOW, rewritten);
		assert_true(srs_is_rewritten(rewritten));
		assert_non_null(strstr(rewritten, "@alumni.example"));
		result = srs_reverse(srs, rewritten, NOW, back);
		if (result != SRS_OK)
			fail_msg("%s: %s: %d", cases[i].sender, rewritten,
				 result);
		assert_string_equal(back, want);
	}
	srs_free(&srs);
}

static void own_and_null_senders_are_left_alone(void **state)
{
	static const char *const senders[] = {
		"",
		"user@alumni.example",
		"User@ALUMNI.example",
		"SRS0=abcd=TT=first.example=user@alumni.example",
	};
	struct srs *srs = make_usual();

	(void)state;
	for (size_t i = 0; i < sizeof(senders) / sizeof(*senders); i++) {
		char rewritten[ADDRESS_BYTES] = "?";

		forward(srs, senders[i], NOW, rewritten);
		assert_string_equal(rewritten, senders[i]);
	}
	srs_free(&srs);
}

static void what_is_no_sender_is_malformed(void **state)
{
	static const char *const senders[] = {
		"user",
		"user@",
		"@outside.example",
		"a b@outside.example",
		"user@outside.example\n",
		"<>",
	};
	struct srs *srs = make_usual();

	(void)state;
	for (size_t i = 0; i < sizeof(senders) / sizeof(*senders); i++) {
		char rewritten[ADDRESS_BYTES];

		assert_int_equal(srs_forward(srs, senders[i], NOW, rewritten),
				 SRS_MALFORMED);
	}
	srs_free(&srs);
}

static void what_would_not_fit_is_too_long(void **state)
{
	char sender[ADDRESS_BYTES + 16], rewritten[ADDRESS_BYTES];
	char back[ADDRESS_BYTES];
	struct srs *srs = make_usual();
	/* "SRS0=HHHH=TT=x.example=" comes before it. */
	size_t room = ADDRESS_LOCAL_BYTES - 1 - 23;

	(void)state;
	memset(sender, 'a', sizeof(sender));
	(void)snprintf(sender + room, 16, "@x.example");
	forward(srs, sender, NOW, rewritten);
	assert_int_equal(srs_reverse(srs, rewritten, NOW, back), SRS_OK);
	assert_string_equal(back, sender);
	sender[room] = 'a';
	(void)snprintf(sender + room + 1, 16, "@x.example");
	assert_int_equal(srs_forward(srs, sender, NOW, rewritten),
			 SRS_TOO_LONG);
	srs_free(&srs);
}

static void the_way_may_fold_case_and_drop_quotes(void **state)
{
	char rewritten[ADDRESS_BYTES], back[ADDRESS_BYTES];
	struct srs *srs = make_usual();

	(void)state;
	forward(srs, "user@outside.example", NOW, rewritten);
	for (char *p = rewritten; *p != '\0'; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	assert_int_equal(srs_reverse(srs, rewritten, NOW, back), SRS_OK);
	assert_string_equal(back, "user@outside.example");
	for (char *p = rewritten; *p != '\0'; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
	assert_int_equal(srs_reverse(srs, rewritten, NOW, back), SRS_OK);
	assert_string_equal(back, "USER@OUTSIDE.EXAMPLE");

	/* As Postfix looks it up, without the quotes. */
	forward(srs, "\"a b\"@outside.example", NOW, rewritten);
	assert_int_equal(rewritten[0], '"');
	memmove(strrchr(rewritten, '"'), strchr(rewritten, '@'),
		strlen(strchr(rewritten, '@')) + 1);
	assert_true(srs_is_rewritten(rewritten));
	assert_int_equal(srs_reverse(srs, rewritten + 1, NOW, back), SRS_OK);
	assert_string_equal(back, "\"a b\"@outside.example");
	srs_free(&srs);
}

static void a_changed_address_is_forged(void **state)
{
	char rewritten[ADDRESS_BYTES], changed[ADDRESS_BYTES];
	char back[ADDRESS_BYTES];
	struct srs *srs = make_usual();
	size_t local;

	(void)state;
	forward(srs, "user@outside.example", NOW, rewritten);
	local = strcspn(rewritten, "@");
	/* Each octet behind the tag in turn. */
	for (size_t i = strlen("SRS0="); i < local; i++) {
		memcpy(changed, rewritten, sizeof(changed));
		if (changed[i] == '=' || changed[i] == '.')
			continue;
		changed[i] = changed[i] == 'x' ? 'y' : 'x';
		if (changed[i] == rewritten[i] + 32)
			continue;
		assert_int_equal(srs_reverse(srs, changed, NOW, back),
				 SRS_FORGED);
	}
	srs_free(&srs);
}

static void malformed_addresses_are_told_from_forged_ones(void **state)
{
	static const struct {
		const char *text;
		enum srs_result result;
	} cases[] = {
		{"", SRS_NOT_SRS},
		{"user@alumni.example", SRS_NOT_SRS},
		{"SRS0@alumni.example", SRS_NOT_SRS},
		{"SRS2=abcd=TT=x.example=u@alumni.example", SRS_NOT_SRS},
		{"SRS0_abcd=TT=x.example=u@alumni.example", SRS_NOT_SRS},
		{"xSRS0=abcd=TT=x.example=u@alumni.example", SRS_NOT_SRS},
		{"SRS0=", SRS_MALFORMED},
		{"SRS0=@alumni.example", SRS_MALFORMED},
		{"SRS0=abcd@alumni.example", SRS_MALFORMED},
		{"SRS0=abcd=TT@alumni.example", SRS_MALFORMED},
		{"SRS0=abcd=TT=x.example@alumni.example", SRS_MALFORMED},
		{"SRS0=abcd=TT==u@alumni.example", SRS_MALFORMED},
		{"SRS0=abcd=T1=x.example=u@alumni.example", SRS_MALFORMED},
		{"SRS0=abcd=TTT=x.example=u@alumni.example", SRS_MALFORMED},
		{"SRS0=abcd==x.example=u@alumni.example", SRS_MALFORMED},
		{"SRS0=abcd=TT=x.example=u", SRS_MALFORMED},
		{"\"SRS0=abcd=TT=x.example=u@alumni.example", SRS_MALFORMED},
		{"SRS0=abcd=TT=x.example=u\n@alumni.example", SRS_MALFORMED},
		{"SRS0=abcd=TT=x.example=u@alumni.example", SRS_FORGED},
		{"SRS0+abcd=TT=x.example=u@alumni.example", SRS_FORGED},
		{"<SRS0=abcd=TT=x.example=u@alumni.example>", SRS_FORGED},
		{"SRS0=abc=TT=x.example=u@alumni.example", SRS_FORGED},
		{"SRS0==TT=x.example=u@alumni.example", SRS_FORGED},
		{"SRS0=" TEN("abc") "=TT=x.example=u@alumni.example",
		 SRS_FORGED},
		{"SRS1=abcd@alumni.example", SRS_MALFORMED},
		{"SRS1=abcd=x.example@alumni.example", SRS_MALFORMED},
		{"SRS1=abcd=x.example=@alumni.example", SRS_MALFORMED},
		{"SRS1=abcd=x.example=u@alumni.example", SRS_MALFORMED},
		{"SRS1=x.example==abcd=TT=y.example=u@alumni.example",
		 SRS_MALFORMED},
		{"SRS1=abcd=x.example==efgh=TT=y.example=u@alumni.example",
		 SRS_FORGED},
	};
	struct srs *srs = make_usual();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char back[ADDRESS_BYTES];
		enum srs_result result =
			srs_reverse(srs, cases[i].text, NOW, back);

		if (result != cases[i].result)
			fail_msg("%s: %d", cases[i].text, result);
	}
	srs_free(&srs);
}

static void addresses_expire(void **state)
{
	static const struct {
		int64_t days_later;
		enum srs_result result;
	} cases[] = {
		{0, SRS_OK},
		{MAX_AGE, SRS_OK},
		{MAX_AGE + 1, SRS_EXPIRED},
		{1023, SRS_EXPIRED},
		/* The day comes round again; only the secret's life ends
		   that. */
		{1024, SRS_OK},
		{-1, SRS_EXPIRED},
		{-300, SRS_EXPIRED},
	};
	char rewritten[ADDRESS_BYTES], back[ADDRESS_BYTES];
	struct srs *srs = make_usual();

	(void)state;
	/* From several days, since two digits wrap at different times. */
	for (int64_t start = NOW; start < NOW + 40 * DAY; start += DAY) {
		forward(srs, "user@outside.example", start, rewritten);
		for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
			assert_int_equal(
				srs_reverse(srs, rewritten,
					    start + cases[i].days_later * DAY,
					    back),
				cases[i].result);
	}
	srs_free(&srs);
}

static void old_secrets_verify_and_the_first_signs(void **state)
{
	static const char *const old_first[] = {"old"};
	static const char *const both[] = {"new", "old"};
	static const char *const new_only[] = {"new"};
	char rewritten[ADDRESS_BYTES], back[ADDRESS_BYTES];
	struct srs *old = make(old_first, 1);
	struct srs *rotated = make(both, 2);
	struct srs *later = make(new_only, 1);

	(void)state;
	forward(old, "user@outside.example", NOW, rewritten);
	assert_int_equal(srs_reverse(rotated, rewritten, NOW, back), SRS_OK);
	assert_int_equal(srs_reverse(later, rewritten, NOW, back), SRS_FORGED);
	forward(rotated, "user@outside.example", NOW, rewritten);
	assert_int_equal(srs_reverse(rotated, rewritten, NOW, back), SRS_OK);
	assert_int_equal(srs_reverse(later, rewritten, NOW, back), SRS_OK);
	assert_int_equal(srs_reverse(old, rewritten, NOW, back), SRS_FORGED);
	srs_free(&old);
	srs_free(&rotated);
	srs_free(&later);
}

static void bad_options_are_refused(void **state)
{
	static const char *const secrets[] = {"secret", ""};
	const struct srs_options cases[] = {
		{.secrets = secrets, .secret_count = 0, .domain = "x.example"},
		{.secrets = secrets, .secret_count = 2, .domain = "x.example"},
		{.secrets = secrets,
		 .secret_count = SRS_SECRETS_MAX + 1,
		 .domain = "x.example"},
		{.secrets = secrets, .secret_count = 1, .domain = ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct srs *srs = NULL;
		struct error error = {.text = ""};

		assert_int_equal(srs_new(&cases[i], &srs, &error), -1);
		assert_null(srs);
		assert_string_not_equal(error.text, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(senders_go_there_and_back),
		cmocka_unit_test(own_and_null_senders_are_left_alone),
		cmocka_unit_test(what_is_no_sender_is_malformed),
		cmocka_unit_test(what_would_not_fit_is_too_long),
		cmocka_unit_test(the_way_may_fold_case_and_drop_quotes),
		cmocka_unit_test(a_changed_address_is_forged),
		cmocka_unit_test(malformed_addresses_are_told_from_forged_ones),
		cmocka_unit_test(addresses_expire),
		cmocka_unit_test(old_secrets_verify_and_the_first_signs),
		cmocka_unit_test(bad_options_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
