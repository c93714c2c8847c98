/* SPDX-License-Identifier: MIT
 *
 * Warnings made from templates.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/commands/warning-message.h"
#include "protocol/headers.h"

#define NOW 1700000000

static char domain[] = "alumni.example";
static char *domains[] = {domain, NULL};
static char postmaster[] = "postmaster";
static char class_name[] = "alumni";
static char folder[] = SOURCE_ROOT "/deploy/templates";
static struct class_options classes[] = {
	{.name = class_name, .quota = 1000, .trash_retention = 7 * 86400},
};
static struct configuration configuration = {
	.domains = domains,
	.postmaster = postmaster,
	.default_class = class_name,
	.classes = classes,
	.class_count = 1,
	.warning_templates = folder,
};
static const struct account account = {
	.name = "alumna",
	.class_name = "alumni",
	.usage_bytes = 960,
};

static char *make(const char *template)
{
	struct error error = {""};
	char *message = NULL;

	if (warning_message_make(&configuration, &account, template, "token",
				 NOW, &message, &error) < 0)
		fail_msg("%s", error.text);
	return message;
}

static void figures_are_filled_in(void **state)
{
	char *message = make("Subject:  {percent} % of {quota}\n\n"
			     "{name} {address} {used} {free} {retention}\n");

	(void)state;
	assert_non_null(strstr(message, "\nSubject: 96 % of 1000 B\n"));
	assert_non_null(strstr(message,
			       "\n\nalumna alumna@alumni.example 960 B "
			       "40 B messages stay there 7 days\n"));
	assert_int_equal(
		strncmp(message, "From: <postmaster@alumni.example>\n", 34), 0);
	assert_non_null(strstr(message, "\nTo: <alumna@alumni.example>\n"));
	assert_non_null(
		strstr(message, "\nDate: Tue, 14 Nov 2023 22:13:20 +0000\n"));
	assert_non_null(strstr(message, "\nAuto-Submitted: auto-generated\n"));
	assert_non_null(strstr(message, "\n" HEADER_QUOTA_WARNING ": token\n"));
	free(message);
}

static void a_subject_may_have_any_letters(void **state)
{
	/* 60 letters of two bytes: more than one word, none cut in two. */
	char template[256] = "Subject: ";
	char *message, *word;
	int words = 0;

	(void)state;
	for (int i = 0; i < 60; i++)
		strncat(template, "\xc3\xa5", 3);
	strncat(template, "\n\ntext\n", 8);
	message = make(template);
	for (word = strstr(message, "=?utf-8?B?"); word != NULL;
	     word = strstr(word + 1, "=?utf-8?B?")) {
		assert_int_equal(strncmp(word + 10, "w6XDpcOl", 8), 0);
		assert_true(strchr(word, '\n') - word <= 75);
		words++;
	}
	assert_int_equal(words, 3);
	free(message);
}

static void the_sender_is_the_option_postmaster(void **state)
{
	char outside[] = "help@university.example";
	char *message;

	(void)state;
	configuration.postmaster = outside;
	message = make("Subject: x\n\ntext\n");
	assert_int_equal(
		strncmp(message, "From: <help@university.example>\n", 32), 0);
	assert_non_null(strstr(message, "\nMessage-ID: <quota-warning.token@"
					"alumni.example>\n"));
	free(message);
	configuration.postmaster = postmaster;
}

static void what_is_wrong_with_a_template_is_said(void **state)
{
	static const struct {
		const char *template, *says;
	} cases[] = {
		{"", "Subject"},
		{"Hello\n\nyou\n", "Subject"},
		{"Subject: x\nno empty line\n", "Subject"},
		{"Subject: x", "Subject"},
		{"Subject: {what}\n\nx\n", "{what}"},
		{"Subject: x\n\n{quota\n", "{quota"},
		{"Subject: x\n\n{}\n", "{}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error error = {""};
		char *message = NULL;

		assert_int_equal(warning_message_make(&configuration, &account,
						      cases[i].template,
						      "token", NOW, &message,
						      &error),
				 -1);
		assert_non_null(strstr(error.text, cases[i].says));
	}
}

static void our_templates_are_right(void **state)
{
	static const enum mail_quota_level levels[] = {
		MAIL_QUOTA_LEVEL_WARNING,
		MAIL_QUOTA_LEVEL_URGENT,
		MAIL_QUOTA_LEVEL_FULL,
	};
	char nowhere[] = "/nonexistent";
	char *template;
	struct error error = {""};

	(void)state;
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
		char *message;

		assert_int_equal(warning_template_read(&configuration,
						       levels[i], &template,
						       &error),
				 0);
		message = make(template);
		assert_null(strchr(message, '{'));
		free(message);
		free(template);
	}
	configuration.warning_templates = nowhere;
	assert_int_equal(warning_template_read(&configuration,
					       MAIL_QUOTA_LEVEL_FULL, &template,
					       &error),
			 -1);
	assert_non_null(strstr(error.text, "/nonexistent/quota-full.txt"));
	configuration.warning_templates = folder;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_filled_in),
		cmocka_unit_test(the_sender_is_the_option_postmaster),
		cmocka_unit_test(a_subject_may_have_any_letters),
		cmocka_unit_test(what_is_wrong_with_a_template_is_said),
		cmocka_unit_test(our_templates_are_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
