/* SPDX-License-Identifier: MIT
 *
 * The look-ups of Postfix: what each key is answered, and that a store that
 * cannot be read is never taken for an account that is not there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "milter/maps/maps.h"
#include "tests/unit/milter/milter-fixture.h"

static const char absent[] = "NOTFOUND ";

static int count_wrong(const struct milter_fixture *fixture,
		       const char *request, const char *expected)
{
	char answer[MAPS_ANSWER_BYTES];

	maps_answer(&fixture->service, request, strlen(request), answer);
	if (strcmp(answer, expected) == 0)
		return 0;
	print_error("\"%s\": expected \"%s\", got \"%s\"\n", request, expected,
		    answer);
	return 1;
}

static const struct {
	const char *request;
	const char *answer;
} keys[] = {
	{"mailbox alumna@alumni.example", "OK alumna"},
	{"mailbox Alumna+Detail@Second.Example", "OK alumna"},
	{"mailbox disabled@alumni.example", "OK disabled"},
	{"mailbox nobody@alumni.example", absent},
	{"mailbox alumna@foreign.example", absent},
	{"mailbox postmaster@alumni.example", "OK postmaster"},
	{"mailbox abuse@alumni.example", absent},
	{"mailbox SRS0=abcd=AA=remote.example=alumna@alumni.example", absent},
	{"mailbox a b@alumni.example", absent},
	{"mailbox @alumni.example", absent},
	{"mailbox alumni.example", absent},
	{"mailbox ", absent},
	{"mailbox", absent},
	{"alias postmaster@alumni.example", "OK postmaster@alumni.example"},
	{"alias Abuse@second.example", "OK postmaster@alumni.example"},
	{"alias alumna@alumni.example", absent},
	{"alias abuse@foreign.example", absent},
	{"mailbox anna@alumni.example", absent},
	{"alias anna@alumni.example", "OK alumna@alumni.example"},
	{"alias Anna+Lists@Second.Example", "OK alumna+Lists@second.example"},
	{"alias \"anna+a,b\"@alumni.example",
	 "OK \"alumna+a,b\"@alumni.example"},
	{"alias anna+@alumni.example", "OK alumna+@alumni.example"},
	{"alias gone@second.example", "OK away@second.example"},
	{"alias nobody@alumni.example", absent},
	{"alias anna@foreign.example", absent},
	{"alias anna", "OK alumna@alumni.example"},
	{"alias SRS0=abcd=AA=remote.example=x@alumni.example", absent},
	{"virtual-alias alumna@alumni.example", "OK alumna@alumni.example"},
	{"virtual-alias Alumna+Detail@Second.Example",
	 "OK Alumna+Detail@second.example"},
	{"virtual-alias "
	 "alumna+\"x,a\"@foreign.example\"@alumni.example",
	 absent},
	{"virtual-alias alumna+a,x@foreign.example,b@alumni.example", absent},
	{"virtual-alias alumna", "OK alumna"},
	{"virtual-alias \"alumna+a,b\"@alumni.example",
	 "OK \"alumna+a,b\"@alumni.example"},
	{"virtual-alias disabled@alumni.example", "OK disabled@alumni.example"},
	{"virtual-alias Anna+Lists@Second.Example",
	 "OK alumna+Lists@second.example"},
	{"virtual-alias Abuse@second.example", "OK postmaster@alumni.example"},
	{"virtual-alias postmaster@alumni.example",
	 "OK postmaster@alumni.example"},
	{"virtual-alias nobody@alumni.example", absent},
	{"virtual-alias alumna@foreign.example", absent},
	{"virtual-alias SRS0=abcd=AA=remote.example=x@alumni.example", absent},
	{"virtual-alias a b@alumni.example", absent},
	{"virtual-alias @alumni.example", absent},
	{"virtual-alias ", absent},
	{"sender-login anna+x@second.example",
	 "OK alumna, alumna@second.example"},
	{"sender-login alumna@alumni.example",
	 "OK alumna, alumna@alumni.example"},
	{"sender-login ALUMNA+x@second.example",
	 "OK alumna, alumna@second.example"},
	{"sender-login abuse@alumni.example",
	 "OK postmaster, postmaster@alumni.example"},
	{"sender-login nobody@alumni.example", absent},
	{"sender-login alumna@foreign.example", absent},
	{"srs-reverse alumna@alumni.example", absent},
	{"srs-reverse SRS0=abcd=AA=remote.example=x@alumni.example", absent},
	{"srs-reverse SRS0=@alumni.example", absent},
	{"srs-reverse SRS1=x@alumni.example", absent},
	{"srs-reverse SRS0=abcd=AA=remote.example=x", absent},
	{"srs-reverse ", absent},
	{"unknown alumna@alumni.example", "TEMP there is no such map"},
	{"mailboxes alumna@alumni.example", "TEMP there is no such map"},
	{"", "TEMP there is no such map"},
};

static void keys_are_answered(void **state)
{
	const struct milter_fixture *fixture = *state;
	int wrong = 0;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		wrong += count_wrong(fixture, keys[i].request, keys[i].answer);
	assert_int_equal(wrong, 0);
}

static void rewritten_senders_are_reversed(void **state)
{
	static const char *const senders[] = {
		"x@remote.example",
		"Bounce+user=a.b@lists.remote.example",
		"\"a b\"@remote.example",
	};
	const struct milter_fixture *fixture = *state;
	char rewritten[ADDRESS_BYTES];
	char request[ADDRESS_BYTES + 32];
	char expected[ADDRESS_BYTES + 32];
	int wrong = 0;

	for (size_t i = 0; i < sizeof(senders) / sizeof(senders[0]); i++) {
		assert_int_equal(srs_forward(fixture->settings->srs, senders[i],
					     time(NULL), rewritten),
				 SRS_OK);
		(void)snprintf(request, sizeof(request), "srs-reverse %s",
			       rewritten);
		(void)snprintf(expected, sizeof(expected), "OK %s", senders[i]);
		wrong += count_wrong(fixture, request, expected);
		(void)snprintf(request, sizeof(request), "virtual-alias %s",
			       rewritten);
		wrong += count_wrong(fixture, request, expected);
	}
	assert_int_equal(wrong, 0);
}

/* The signature is good, but the address is not ours to answer for. */
static void rewritten_senders_of_others_are_not_reversed(void **state)
{
	const struct milter_fixture *fixture = *state;
	char rewritten[ADDRESS_BYTES];
	char request[2 * ADDRESS_BYTES];

	assert_int_equal(srs_forward(fixture->settings->srs, "x@remote.example",
				     time(NULL), rewritten),
			 SRS_OK);
	*strrchr(rewritten, '@') = '\0';
	(void)snprintf(request, sizeof(request),
		       "srs-reverse %s@foreign.example", rewritten);
	assert_int_equal(count_wrong(fixture, request, absent), 0);
}

static void an_old_one_is_not_reversed(void **state)
{
	const struct milter_fixture *fixture = *state;
	char rewritten[ADDRESS_BYTES];
	char request[2 * ADDRESS_BYTES];

	assert_int_equal(srs_forward(fixture->settings->srs, "x@remote.example",
				     time(NULL) - 23 * 86400, rewritten),
			 SRS_OK);
	(void)snprintf(request, sizeof(request), "srs-reverse %s", rewritten);
	assert_int_equal(count_wrong(fixture, request, absent), 0);
}

static void keys_of_any_octets_and_length_are_absent(void **state)
{
	const struct milter_fixture *fixture = *state;
	char answer[MAPS_ANSWER_BYTES];
	size_t size = 90000;
	char *request = malloc(size);

	assert_non_null(request);
	memset(request, 'a', size);
	memcpy(request, "mailbox ", 8);
	maps_answer(&fixture->service, request, size, answer);
	assert_string_equal(answer, absent);
	memcpy(request, "mailbox alumna@alumni.example\0x", 31);
	maps_answer(&fixture->service, request, 31, answer);
	assert_string_equal(answer, absent);
	for (int octet = 1; octet < 256; octet++) {
		request[8] = (char)octet;
		request[9] = (char)(255 - octet);
		maps_answer(&fixture->service, request, 29, answer);
		assert_string_equal(answer, absent);
	}
	free(request);
}

static void a_store_that_fails_is_temporary(void **state)
{
	static const char failed[] = "TEMP the accounts cannot be read now";
	const struct milter_fixture *fixture = *state;
	int wrong = 0;

	milter_fixture_break(fixture);
	/* More often than there are handles: they must be given back. */
	for (int i = 0; i < 5; i++) {
		wrong += count_wrong(fixture, "mailbox alumna@alumni.example",
				     failed);
		wrong += count_wrong(fixture, "mailbox nobody@alumni.example",
				     failed);
	}
	wrong += count_wrong(fixture, "sender-login alumna@alumni.example",
			     failed);
	wrong += count_wrong(fixture, "virtual-alias alumna@alumni.example",
			     failed);
	wrong += count_wrong(fixture, "virtual-alias nobody@alumni.example",
			     failed);
	/* These need no store. */
	wrong += count_wrong(fixture, "mailbox x@foreign.example", absent);
	wrong += count_wrong(fixture, "alias abuse@alumni.example",
			     "OK postmaster@alumni.example");
	wrong += count_wrong(fixture, "alias anna@alumni.example", failed);
	milter_fixture_mend(fixture);
	wrong += count_wrong(fixture, "mailbox alumna@alumni.example",
			     "OK alumna");
	wrong += count_wrong(fixture, "mailbox nobody@alumni.example", absent);
	assert_int_equal(wrong, 0);
}

static void postmaster_may_be_elsewhere(void **state)
{
	const struct milter_fixture *fixture = *state;
	/* One of our accounts has that name. */
	char elsewhere[] = "alumna@university.example";
	char *before = fixture->configuration->postmaster;
	int wrong = 0;

	fixture->configuration->postmaster = elsewhere;
	wrong += count_wrong(fixture, "alias abuse@alumni.example",
			     "OK alumna@university.example");
	wrong += count_wrong(fixture, "virtual-alias abuse@alumni.example",
			     "OK alumna@university.example");
	wrong += count_wrong(fixture, "sender-login abuse@alumni.example",
			     absent);
	fixture->configuration->postmaster = before;
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_answered),
		cmocka_unit_test(rewritten_senders_are_reversed),
		cmocka_unit_test(rewritten_senders_of_others_are_not_reversed),
		cmocka_unit_test(an_old_one_is_not_reversed),
		cmocka_unit_test(keys_of_any_octets_and_length_are_absent),
		cmocka_unit_test(a_store_that_fails_is_temporary),
		cmocka_unit_test(postmaster_may_be_elsewhere),
	};

	return cmocka_run_group_tests(tests, milter_fixture_set_up,
				      milter_fixture_tear_down);
}
