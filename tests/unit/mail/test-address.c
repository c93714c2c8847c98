/* SPDX-License-Identifier: MIT
 *
 * Addresses as they come from the network, and names as people type them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/mail/address.h"

#define TEN(s) s s s s s s s s s s

static const char *const domains[] = {"alumni.example", "old.example", NULL};

static void addresses_are_taken_apart(void **state)
{
	static const struct {
		const char *text, *local, *domain;
	} cases[] = {
		{"user@alumni.example", "user", "alumni.example"},
		{"<user@alumni.example>", "user", "alumni.example"},
		{"User@ALUMNI.Example", "User", "alumni.example"},
		{"user@alumni.example.", "user", "alumni.example"},
		{"postmaster", "postmaster", ""},
		{"<postmaster>", "postmaster", ""},
		{"\"post master\"", "post master", ""},
		{"user+detail@x.example", "user+detail", "x.example"},
		{"\"a b\"@x.example", "a b", "x.example"},
		{"\"a@b\"@x.example", "a@b", "x.example"},
		{"\"a\\\"b\\\\c\"@x.example", "a\"b\\c", "x.example"},
		{"\"\"@x.example", "", "x.example"},
		{"\"plain\"@x.example", "plain", "x.example"},
		{"\"<>,;:\"@x.example", "<>,;:", "x.example"},
		{"a..b@x.example", "a..b", "x.example"},
		{".a.@x.example", ".a.", "x.example"},
		{"a%b!c/d=e@x.example", "a%b!c/d=e", "x.example"},
		{"<@relay.example:user@x.example>", "user", "x.example"},
		{"<@a.example,@b.example:user@x.example>", "user", "x.example"},
		{"@a.example:user@x.example", "user", "x.example"},
		{"user@[192.0.2.1]", "user", "[192.0.2.1]"},
		{"user@[IPv6:2001:db8::1]", "user", "[IPv6:2001:db8::1]"},
		{"j\xc3\xb8rgen@x.example", "j\xc3\xb8rgen", "x.example"},
		{"user@bl\xc3\xa5.example", "user", "bl\xc3\xa5.example"},
		{"user@under_score.example", "user", "under_score.example"},
		{"user@localhost", "user", "localhost"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct address address;
		struct error error;

		if (address_parse(cases[i].text, &address, &error) < 0)
			fail_msg("%s: %s", cases[i].text, error.text);
		assert_string_equal(address.local, cases[i].local);
		assert_string_equal(address.domain, cases[i].domain);
	}
}

static void what_is_no_address_is_an_error(void **state)
{
	static const char *const texts[] = {
		"",
		"<>",
		"<",
		">",
		"<user@x.example",
		"user@x.example>",
		"@x.example",
		"<@x.example>",
		"<@x.example:>",
		"<@x.example:@y.example>",
		"<@a.example,b.example:user@x.example>",
		"<@:user@x.example>",
		"user@",
		"user@.",
		"user@.x.example",
		"user@x..example",
		"user@x.example..",
		"user@x example",
		"user@x.example (comment)",
		"(comment)user@x.example",
		"User Name <user@x.example>",
		"user name@x.example",
		"user@x@y.example",
		"user,other@x.example",
		"user:other@x.example",
		"user\\@x.example",
		"\"user@x.example",
		"\"user\\",
		"\"user\"more@x.example",
		"\"user\".more@x.example",
		"us\"er@x.example",
		"user@[192.0.2.1",
		"user@192.0.2.1]",
		"user@[]",
		"user@[[192.0.2.1]]",
		"user@[192.0.2.1]x",
		"user@[a=b]",
		"user\n@x.example",
		"user@x.example\r\n",
		"\"us\ter\"@x.example",
		"user\x7f@x.example",
		"user@x.example/path",
		"user@" TEN("abcdefg") ".example",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct address address;
		struct error error = {.text = ""};

		if (address_parse(texts[i], &address, &error) == 0)
			fail_msg("taken as an address: %s", texts[i]);
		assert_string_not_equal(error.text, "");
	}
}

static void what_does_not_fit_is_an_error_never_cut(void **state)
{
	char text[2 * ADDRESS_BYTES];
	char domain[ADDRESS_DOMAIN_BYTES + 2];
	struct address address;

	(void)state;
	memset(text, 'a', sizeof(text));
	(void)snprintf(text + ADDRESS_LOCAL_BYTES - 1, 16, "@x.example");
	assert_int_equal(address_parse(text, &address, NULL), 0);
	assert_int_equal(strlen(address.local), ADDRESS_LOCAL_BYTES - 1);
	memset(text, 'a', sizeof(text));
	(void)snprintf(text + ADDRESS_LOCAL_BYTES, 16, "@x.example");
	assert_int_equal(address_parse(text, &address, NULL), -1);
	text[0] = '"';
	(void)snprintf(text + ADDRESS_LOCAL_BYTES + 1, 16, "\"@x.example");
	assert_int_equal(address_parse(text, &address, NULL), -1);

	for (size_t i = 0; i < sizeof(domain); i++)
		domain[i] = i % 2 == 0 ? 'a' : '.';
	domain[ADDRESS_DOMAIN_BYTES - 1] = '\0'; /* 255 octets */
	(void)snprintf(text, sizeof(text), "a@%s", domain);
	assert_int_equal(address_parse(text, &address, NULL), 0);
	assert_string_equal(address.domain, domain);
	(void)snprintf(text, sizeof(text), "a@%s.b", domain);
	assert_int_equal(address_parse(text, &address, NULL), -1);
}

static void addresses_are_quoted_where_they_must_be(void **state)
{
	static const struct {
		const char *local, *domain, *text;
	} cases[] = {
		{"user", "x.example", "user@x.example"},
		{"user", "", "user"},
		{"a.b", "x.example", "a.b@x.example"},
		{"a b", "x.example", "\"a b\"@x.example"},
		{"a..b", "x.example", "\"a..b\"@x.example"},
		{".a", "x.example", "\".a\"@x.example"},
		{"a.", "x.example", "\"a.\"@x.example"},
		{"", "x.example", "\"\"@x.example"},
		{"a\"b\\c", "x.example", "\"a\\\"b\\\\c\"@x.example"},
		{"a@b", "x.example", "\"a@b\"@x.example"},
		{"SRS0=Ab/+=TT=x.example=u", "y.example",
		 "SRS0=Ab/+=TT=x.example=u@y.example"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct address address, again;
		char text[ADDRESS_BYTES];

		(void)snprintf(address.local, sizeof(address.local), "%s",
			       cases[i].local);
		(void)snprintf(address.domain, sizeof(address.domain), "%s",
			       cases[i].domain);
		assert_int_equal(address_format(&address, text, sizeof(text)),
				 0);
		assert_string_equal(text, cases[i].text);
		assert_int_equal(address_parse(text, &again, NULL), 0);
		assert_string_equal(again.local, cases[i].local);
		assert_string_equal(again.domain, cases[i].domain);
		/* One octet too few. */
		assert_int_equal(address_format(&address, text, strlen(text)),
				 -1);
	}
}

static void the_account_name_is_in_front_of_the_detail(void **state)
{
	static const struct {
		const char *local, *name;
	} cases[] = {
		{"user", "user"},
		{"User", "user"},
		{"user+list", "user"},
		{"user+a+b", "user"},
		{"user+", "user"},
		{"+user", "+user"},
		{"+", "+"},
		{"+user+b", "+user+b"},
		{"first.last", "first.last"},
		{"user-x", "user-x"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct address address = {.domain = "alumni.example"};
		char name[ADDRESS_LOCAL_BYTES];

		(void)snprintf(address.local, sizeof(address.local), "%s",
			       cases[i].local);
		assert_int_equal(
			address_account_name(&address, name, sizeof(name)), 0);
		assert_string_equal(name, cases[i].name);
		assert_int_equal(address_account_name(&address, name,
						      strlen(cases[i].name)),
				 -1);
	}
}

static void domains_are_compared_without_case(void **state)
{
	(void)state;
	assert_true(address_domain_is_listed("alumni.example", domains));
	assert_true(address_domain_is_listed("OLD.Example", domains));
	assert_false(address_domain_is_listed("x.alumni.example", domains));
	assert_false(address_domain_is_listed("alumni.exampl", domains));
	assert_false(address_domain_is_listed("alumni.example.org", domains));
	assert_false(address_domain_is_listed("", domains));
}

static void typed_user_names_become_account_names(void **state)
{
	static const struct {
		const char *typed, *name; /* NULL = refused */
	} cases[] = {
		{"user", "user"},
		{"USER", "user"},
		{"User@Alumni.EXAMPLE", "user"},
		{"user@old.example", "user"},
		{"first.last", "first.last"},
		{"a_b-c.d", "a_b-c.d"},
		{"a--b__c", "a--b__c"},
		{"7", "7"},
		{"user@other.example", NULL},
		{"user@alumni.example@alumni.example", NULL},
		{"user@", NULL},
		{"", NULL},
		{"@alumni.example", NULL},
		{"user+detail", NULL},
		{"user name", NULL},
		{" user", NULL},
		{"user ", NULL},
		{".user", NULL},
		{"user.", NULL},
		{"-user", NULL},
		{"user_", NULL},
		{"a..b", NULL},
		{"us/er", NULL},
		{"../user", NULL},
		{"us*er", NULL},
		{"us%er", NULL},
		{"us'er", NULL},
		{"user\n", NULL},
		{"j\xc3\xb8rgen", NULL},
		{"\"user\"", NULL},
		{TEN("abcdef") "abcd", TEN("abcdef") "abcd"},
		{TEN("abcdef") "abcde", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char name[ADDRESS_LOCAL_BYTES];
		struct error error = {.text = ""};
		int ret = account_name_normalise(cases[i].typed, domains, name,
						 &error);

		if (ret != (cases[i].name == NULL ? -1 : 0))
			fail_msg("%s: %d %s", cases[i].typed, ret, error.text);
		if (ret == 0)
			assert_string_equal(name, cases[i].name);
		else
			assert_string_not_equal(error.text, "");
	}
}

static void a_huge_name_makes_no_huge_error(void **state)
{
	char typed[100000];
	char name[ADDRESS_LOCAL_BYTES];
	struct error error;

	(void)state;
	memset(typed, 'a', sizeof(typed) - 1);
	typed[sizeof(typed) - 1] = '\0';
	assert_int_equal(account_name_normalise(typed, domains, name, &error),
			 -1);
	assert_true(strlen(error.text) < 300);
	assert_non_null(strstr(error.text, "64"));
}

static void forwarding_addresses_are_checked(void **state)
{
	static const struct {
		const char *text, *address; /* NULL = refused */
	} cases[] = {
		{"copy@outside.example", "copy@outside.example"},
		{"First.Last@Outside.Example", "First.Last@outside.example"},
		{"a+b@xn--bl-xla.example", "a+b@xn--bl-xla.example"},
		{"a@bl\xc3\xa5.example", "a@xn--bl-zia.example"},
		{"a@BL\xc3\x85.Example", "a@xn--bl-zia.example"},
		{"o'neil@x.example", "o'neil@x.example"},
		{"a@1.example", "a@1.example"},
		{"", NULL},
		{"copy", NULL},
		{"copy@", NULL},
		{"@outside.example", NULL},
		{"copy@localhost", NULL},
		{"copy@alumni.example", NULL},
		{"copy@ALUMNI.example", NULL},
		{"copy@old.example", NULL},
		{"copy@alumni.example.", NULL},
		{"<copy@outside.example>", NULL},
		{"Copy <copy@outside.example>", NULL},
		{"copy@outside.example, b@x.example", NULL},
		{" copy@outside.example", NULL},
		{"copy@outside.example\n", NULL},
		{"@a.example:copy@outside.example", NULL},
		{"\"copy\"@outside.example", NULL},
		{"\"a b\"@outside.example", NULL},
		{"a..b@outside.example", NULL},
		{"-copy@outside.example", NULL},
		{"j\xc3\xb8rgen@outside.example", NULL},
		{"copy@\xff\xfe.example", NULL},
		{"copy@alumni.\xef\xbd\x85xample", NULL},
		{"copy@[192.0.2.1]", NULL},
		{"copy@192.0.2.1", NULL},
		{"copy@under_score.example", NULL},
		{"copy@-x.example", NULL},
		{"copy@x-.example", NULL},
		{"copy@x.example-", NULL},
		{TEN("abcdef") "abcd@x.example",
		 TEN("abcdef") "abcd@x.example"},
		{TEN("abcdef") "abcde@x.example", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char address[ADDRESS_BYTES];
		struct error error = {.text = ""};
		int ret = forward_address_check(cases[i].text, domains, address,
						&error);

		if (ret != (cases[i].address == NULL ? -1 : 0))
			fail_msg("%s: %d %s", cases[i].text, ret, error.text);
		if (ret == 0)
			assert_string_equal(address, cases[i].address);
		else
			assert_string_not_equal(error.text, "");
	}
}

static void forwarding_addresses_have_254_octets_at_most(void **state)
{
	char text[400];
	char address[ADDRESS_BYTES];
	size_t length;

	(void)state;
	for (length = 253; length <= 255; length++) {
		(void)snprintf(text, sizeof(text), "a@");
		for (size_t i = 2; i < length - 7; i++)
			text[i] = i % 2 == 0 ? 'b' : '.';
		/* Ends a label, whatever came last. */
		(void)snprintf(text + length - 8, 9, "%s",
			       (length - 8) % 2 == 0 ? "bexample" : ".example");
		assert_int_equal(strlen(text), length);
		assert_int_equal(
			forward_address_check(text, domains, address, NULL),
			length <= 254 ? 0 : -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_taken_apart),
		cmocka_unit_test(what_is_no_address_is_an_error),
		cmocka_unit_test(what_does_not_fit_is_an_error_never_cut),
		cmocka_unit_test(addresses_are_quoted_where_they_must_be),
		cmocka_unit_test(the_account_name_is_in_front_of_the_detail),
		cmocka_unit_test(domains_are_compared_without_case),
		cmocka_unit_test(typed_user_names_become_account_names),
		cmocka_unit_test(a_huge_name_makes_no_huge_error),
		cmocka_unit_test(forwarding_addresses_are_checked),
		cmocka_unit_test(forwarding_addresses_have_254_octets_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
