/* SPDX-License-Identifier: MIT
 *
 * The message with a code to log in with.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/commands/invite-message.h"

static char domain[] = "alumni.example";
static char *domains[] = {domain, NULL};
static char postmaster[] = "helpdesk";
static char contact[] = "https://help.example/";
static struct configuration configuration = {
	.domains = domains,
	.postmaster = postmaster,
};
static const struct account account = {.name = "alumna"};
static const struct invite invite = {
	.code = "abcd-efgh",
	.expires_at = 1700000000,
};

static void the_code_and_its_end_are_told(void **state)
{
	struct error error = {""};
	char *message =
		invite_message(&configuration, &account, "anna@outside.example",
			       &invite, 1600000000, &error);

	(void)state;
	assert_non_null(message);
	assert_int_equal(
		strncmp(message, "From: <helpdesk@alumni.example>\n", 32), 0);
	assert_non_null(strstr(message, "\nTo: <anna@outside.example>\n"));
	assert_non_null(strstr(message, "\nSubject: Your mail account at "
					"alumni.example\n"));
	assert_non_null(
		strstr(message, "\nDate: Sun, 13 Sep 2020 12:26:40 +0000\n"));
	assert_non_null(strstr(message, "\nMessage-ID: <"));
	assert_non_null(strstr(message, " alumna@alumni.example with\n"));
	assert_non_null(strstr(message, " user name: alumna\n"));
	assert_non_null(strstr(message, " code:      abcd-efgh\n"));
	assert_non_null(strstr(message, " until 2023-11-14T22:13:20Z. "));
	assert_non_null(strstr(message, " tell postmaster@alumni.example.\n"));
	invite_message_free(&message);
	assert_null(message);
}

static void the_contact_is_that_of_the_option(void **state)
{
	char *message;

	(void)state;
	configuration.contact = contact;
	message = invite_message(&configuration, &account,
				 "anna@outside.example", &invite, 0, NULL);
	assert_non_null(strstr(message, " tell https://help.example/.\n"));
	invite_message_free(&message);
	configuration.contact = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_code_and_its_end_are_told),
		cmocka_unit_test(the_contact_is_that_of_the_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
