/* SPDX-License-Identifier: MIT
 *
 * What an address means: a table for each configuration that makes a
 * difference.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "milter/plan/recipient.h"

#define FOREIGN   RECIPIENT_FOREIGN
#define REWRITTEN RECIPIENT_REWRITTEN
#define ROLE      RECIPIENT_ROLE
#define OURS      RECIPIENT_OURS

static char *domains[] = {"alumni.example", "second.example", NULL};

struct meaning {
	const char *address;
	enum recipient_kind kind;
	const char *name;
	const char *domain;
};

static struct configuration configure(const char *postmaster)
{
	return (struct configuration){
		.domains = domains,
		.postmaster = (char *)postmaster,
		.srs_domain = (char *)"srs.example",
	};
}

static void check(const struct configuration *configuration,
		  const struct meaning *cases, size_t count)
{
	int wrong = 0;

	for (size_t i = 0; i < count; i++) {
		struct recipient got;

		recipient_classify(configuration, cases[i].address, &got);
		if (got.kind == cases[i].kind &&
		    strcmp(got.name, cases[i].name) == 0 &&
		    strcmp(got.domain, cases[i].domain) == 0)
			continue;
		print_error("%s: got kind %d, name \"%s\", domain \"%s\"\n",
			    cases[i].address, (int)got.kind, got.name,
			    got.domain);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

#define CHECK(configuration, cases)                                            \
	check(configuration, cases, sizeof(cases) / sizeof((cases)[0]))

static void accounts_are_those_of_our_domains(void **state)
{
	static const struct meaning cases[] = {
		{"<x@alumni.example>", OURS, "x", "alumni.example"},
		{"x@alumni.example", OURS, "x", "alumni.example"},
		{"<X+Detail@Second.Example>", OURS, "x", "second.example"},
		{"x", OURS, "x", "alumni.example"},
		{"<\"x\"@alumni.example>", OURS, "x", "alumni.example"},
		{"<\"a b\"@alumni.example>", OURS, "a b", "alumni.example"},
		{"<x@foreign.example>", FOREIGN, "", ""},
		{"<x@sub.alumni.example>", FOREIGN, "", ""},
		{"<x@srs.example>", FOREIGN, "", ""},
		{"<no address>", FOREIGN, "", ""},
		{"<>", FOREIGN, "", ""},
	};
	const struct configuration configuration = configure("boss");

	(void)state;
	CHECK(&configuration, cases);
}

/* The form of a rewritten sender is ours in each of our domains, since the SRS
   domain may have been one of them before, and mail that it was given to comes
   back for weeks. */
static void rewritten_senders_are_of_our_domains_too(void **state)
{
	static const struct meaning cases[] = {
		{"<SRS0=a=b=c=d@srs.example>", REWRITTEN, "", ""},
		{"SRS0=a=b=c=d@SRS.Example", REWRITTEN, "", ""},
		{"<SRS1=a=b==c=d=e=f@srs.example>", REWRITTEN, "", ""},
		{"<SRS0=a=b=c=d@alumni.example>", REWRITTEN, "", ""},
		{"<SRS0=a=b=c=d@second.example>", REWRITTEN, "", ""},
		{"<srs0=a=b=c=d@Alumni.Example>", REWRITTEN, "", ""},
		{"SRS0=a=b=c=d e@alumni.example", REWRITTEN, "", ""},
		{"<SRS0=a=b=c=d@foreign.example>", FOREIGN, "", ""},
		{"<SRS0=a=b=c=d@sub.srs.example>", FOREIGN, "", ""},
		{"SRS0=a=b=c=d@", FOREIGN, "", ""},
		{"<SRS0=a=b=c=d@>", FOREIGN, "", ""},
		{"SRS0=a=b=c=d", OURS, "srs0=a=b=c=d", "alumni.example"},
		{"<SRS2=a@alumni.example>", OURS, "srs2=a", "alumni.example"},
	};
	const struct configuration configuration = configure("boss");

	(void)state;
	CHECK(&configuration, cases);
}

static void role_addresses_are_the_postmasters(void **state)
{
	static const struct meaning cases[] = {
		{"<postmaster@alumni.example>", ROLE, "boss", "alumni.example"},
		{"<Abuse+x@second.example>", ROLE, "boss", "second.example"},
		{"postmaster", ROLE, "boss", "alumni.example"},
		{"<boss@alumni.example>", OURS, "boss", "alumni.example"},
		{"<webmaster@alumni.example>", OURS, "webmaster",
		 "alumni.example"},
		/* Other domains have a postmaster of their own. */
		{"<postmaster@foreign.example>", FOREIGN, "", ""},
		{"<abuse@srs.example>", FOREIGN, "", ""},
	};
	static const char *const spellings[] = {
		"boss", "Boss", "boss@alumni.example", "BOSS@Second.Example"};

	(void)state;
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		const struct configuration configuration =
			configure(spellings[i]);

		CHECK(&configuration, cases);
	}
}

/* An account of ours that has the postmaster's local part is another person. */
static void a_postmaster_elsewhere_has_no_account(void **state)
{
	static const struct meaning cases[] = {
		{"<postmaster@alumni.example>", ROLE, "", "alumni.example"},
		{"<abuse@second.example>", ROLE, "", "second.example"},
		{"<boss@alumni.example>", OURS, "boss", "alumni.example"},
	};
	static const char *const elsewhere[] = {"boss@university.example",
						"boss@sub.alumni.example",
						"no address"};

	(void)state;
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
		const struct configuration configuration =
			configure(elsewhere[i]);

		CHECK(&configuration, cases);
	}
}

static void the_postmasters_address_is_complete(void **state)
{
	static const char *const cases[][2] = {
		{"boss", "boss@alumni.example"},
		{"boss@second.example", "boss@second.example"},
		{"boss@university.example", "boss@university.example"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct configuration configuration =
			configure(cases[i][0]);
		char address[ADDRESS_BYTES];

		recipient_role_address(&configuration, address);
		assert_string_equal(address, cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accounts_are_those_of_our_domains),
		cmocka_unit_test(rewritten_senders_are_of_our_domains_too),
		cmocka_unit_test(role_addresses_are_the_postmasters),
		cmocka_unit_test(a_postmaster_elsewhere_has_no_account),
		cmocka_unit_test(the_postmasters_address_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
