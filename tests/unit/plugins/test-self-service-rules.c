/* SPDX-License-Identifier: MIT
 *
 * Where people may forward to, and which passwords are good enough.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "plugins/dict/forward-rules.h"
#include "plugins/dict/password-rules.h"

static char *domains[] = {"alumni.example", "second.example", NULL};
static char *denied[] = {"denied.example", NULL};
static char *bad_words[] = {"skolemaster", NULL};

static struct configuration configuration = {
	.domains = domains,
	.forward_denied_domains = denied,
	.srs_domain = "srs.example",
	.password_length = 10,
	.password_classes = 1,
	.password_dictionary = true,
	.password_bad_words = bad_words,
};

struct forward_case {
	const char *typed;
	const char *address; /* NULL: refused */
	const char *sentence;
};

static const struct forward_case forward_cases[] = {
	{"me@outside.example", "me@outside.example", NULL},
	{"Me.X@OUTSIDE.example", "Me.X@outside.example", NULL},
	{"me@b\303\274cher.example", "me@xn--bcher-kva.example", NULL},
	{"", NULL, "not a complete address"},
	{"me", NULL, "not a complete address"},
	{"me@alumni.example", NULL, "cannot be forwarded"},
	{"me@ALUMNI.example", NULL, "cannot be forwarded"},
	{"me@second.example", NULL, "cannot be forwarded"},
	{"me@sub.alumni.example", NULL, "cannot be forwarded"},
	{"me@notalumni.example", "me@notalumni.example", NULL},
	{"SRS0=x@srs.example", NULL, "cannot be forwarded"},
	{"me@denied.example", NULL, "is not allowed"},
	{"me@sub.Denied.example", NULL, "is not allowed"},
	{"me@isdenied.example", "me@isdenied.example", NULL},
	{"m\303\270@outside.example", NULL, "plain letters"},
	{"a\r\nRCPT TO:<b@c.example>", NULL, ""},
	{"a@b.example\nBcc: c@d.example", NULL, ""},
	{"a@b.example,c@d.example", NULL, ""},
	{"a@b.example c@d.example", NULL, ""},
	{"<a@b.example>", NULL, "not a complete address"},
	{"A B <a@b.example>", NULL, ""},
	{"\"a b\"@b.example", NULL, "plain letters"},
	{"-f@b.example", NULL, "plain letters"},
	{"@x.example:a@b.example", NULL, "not a complete address"},
	{"a@[192.0.2.1]", NULL, ""},
	{"a@192.0.2.1", NULL, ""},
	{"a@localhost", NULL, "complete domain name"},
	{"a@b..example", NULL, ""},
	{"<script>alert(1)</script>@b.example", NULL, ""},
	{"|/bin/sh@b.example", "|/bin/sh@b.example", NULL},
};

static void forwarding_addresses(void **state)
{
	char address[ADDRESS_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(forward_cases) / sizeof(*forward_cases);
	     i++) {
		const struct forward_case *c = &forward_cases[i];
		struct error error = {""};
		int ret = forward_rules_check(&configuration, c->typed, address,
					      &error);

		if (ret != (c->address == NULL ? -1 : 0))
			fail_msg("\"%s\": %d %s", c->typed, ret, error.text);
		if (c->address != NULL)
			assert_string_equal(address, c->address);
		else if (strstr(error.text, c->sentence) == NULL)
			fail_msg("\"%s\": %s", c->typed, error.text);
	}
}

struct password_case {
	const char *password;
	const char *sentence; /* NULL: good enough */
};

static const struct password_case password_cases[] = {
	{"correct-horse-47-battery", NULL},
	{"Vq8#zR2!mLw0", NULL},
	{"short7!", "too short: it must have at least 10"},
	{"olanordmann1982", "your name"},
	{"my-ola.nordmann-42x", "your name"},
	{"nnamdron.alo-xx77", "your name"},
	{"alumni.example-99", "your name"},
	{"skolemaster-7731", "easy to guess"},
	{"abcdefghijklm", "too easy to guess"},
	{"aaaaaaaaaaaaaa", "read backwards"},
	{"constitution", "easy to guess"},
};

static void passwords(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(password_cases) / sizeof(*password_cases);
	     i++) {
		const struct password_case *c = &password_cases[i];
		struct error error = {""};
		int ret = password_rules_check(&configuration, "ola.nordmann",
					       c->password, &error);

		if (ret != (c->sentence == NULL ? 1 : 0))
			fail_msg("\"%s\": %d %s", c->password, ret, error.text);
		if (c->sentence != NULL &&
		    strstr(error.text, c->sentence) == NULL)
			fail_msg("\"%s\": %s", c->password, error.text);
	}
}

static void kinds_of_characters(void **state)
{
	struct error error = {""};

	(void)state;
	configuration.password_classes = 3;
	assert_int_equal(password_rules_check(&configuration, "x",
					      "qvdmwoxiezurt", &error),
			 0);
	assert_non_null(strstr(error.text, "at least 3 kinds"));
	assert_int_equal(password_rules_check(&configuration, "x",
					      "qvdM7oxiezurt", &error),
			 1);
	configuration.password_classes = 1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forwarding_addresses),
		cmocka_unit_test(passwords),
		cmocka_unit_test(kinds_of_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
