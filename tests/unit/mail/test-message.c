/* SPDX-License-Identifier: MIT
 *
 * Messages of the service itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/mail/message.h"

#define NOW 1700000000

static const struct message usual = {
	.postmaster = "postmaster",
	.domain = "alumni.example",
	.recipient = "alumna@alumni.example",
	.subject = "Hello",
	.text = "One line.\n\n.\n",
	.sent_at = NOW,
	.id = "id",
	.header_name = "X-Mark",
	.header_value = "yes",
};

static char *compose(const struct message *message)
{
	struct error error = {""};
	char *text = message_compose(message, &error);

	if (text == NULL)
		fail_msg("%s", error.text);
	return text;
}

static void expect_line(const struct message *message, const char *line)
{
	char *text = compose(message);
	char *found = strstr(text, line);

	if (found == NULL || (found != text && found[-1] != '\n'))
		fail_msg("no \"%s\" in\n%s", line, text);
	free(text);
}

static void refuse(const struct message *message, const char *says)
{
	struct error error = {""};

	assert_null(message_compose(message, &error));
	if (strstr(error.text, says) == NULL)
		fail_msg("got \"%s\"", error.text);
}

static void the_usual_message_is_whole(void **state)
{
	char *text = compose(&usual);

	(void)state;
	assert_string_equal(text, "From: <postmaster@alumni.example>\n"
				  "To: <alumna@alumni.example>\n"
				  "Subject: Hello\n"
				  "Date: Tue, 14 Nov 2023 22:13:20 +0000\n"
				  "Message-ID: <id@alumni.example>\n"
				  "Auto-Submitted: auto-generated\n"
				  "X-Mark: yes\n"
				  "MIME-Version: 1.0\n"
				  "Content-Type: text/plain; charset=utf-8\n"
				  "Content-Transfer-Encoding: 8bit\n"
				  "\n"
				  "One line.\n\n.\n");
	free(text);
}

static void the_sender_is_the_option_postmaster(void **state)
{
	struct message message = usual;

	(void)state;
	message.postmaster = "helpdesk";
	expect_line(&message, "From: <helpdesk@alumni.example>\n");
	message.postmaster = "help@university.example";
	expect_line(&message, "From: <help@university.example>\n");
}

static void an_id_is_made_and_no_two_are_the_same(void **state)
{
	struct message message = usual;
	char *one, *two;
	size_t digits;

	(void)state;
	message.id = NULL;
	message.header_name = NULL;
	one = compose(&message);
	two = compose(&message);
	assert_string_not_equal(one, two);
	assert_null(strstr(one, "X-Mark"));
	digits = strspn(strstr(one, "Message-ID: <") + 13, "0123456789abcdef");
	assert_int_equal(digits, 32);
	free(one);
	free(two);
}

static void subjects_are_written(void **state)
{
	static const struct {
		const char *subject, *lines;
	} cases[] = {
		{"", "Subject: \n"},
		{"a: b", "Subject: a: b\n"},
		/* 78 characters with the name, and one more */
		{"123456789 123456789 123456789 123456789 "
		 "123456789 123456789 123456789",
		 "Subject: 123456789 123456789 123456789 123456789 "
		 "123456789 123456789 123456789\n"},
		{"123456789 123456789 123456789 123456789 "
		 "123456789 123456789 1234567890",
		 "Subject: =?utf-8?B?"
		 "MTIzNDU2Nzg5IDEyMzQ1Njc4OSAxMjM0NTY3ODkgMTIzNDU2Nzg5?=\n"
		 " =?utf-8?B?"
		 "IDEyMzQ1Njc4OSAxMjM0NTY3ODkgMTIzNDU2Nzg5MA==?=\n"},
		{"=?utf-8?Q?x?=",
		 "Subject: =?utf-8?B?PT91dGYtOD9RP3g/PQ==?=\n"},
		{"Sm\xc3\xb8rg", "Subject: =?utf-8?B?U23DuHJn?=\n"},
		{"x\r\nBcc: a@b\n\nbody\x7f", "Subject: x  Bcc: a@b  body \n"},
		{"\xc3\xb8\nBcc: a@b",
		 "Subject: =?utf-8?B?w7ggQmNjOiBhQGI=?=\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct message message = usual;

		message.subject = cases[i].subject;
		expect_line(&message, cases[i].lines);
	}
}

/* Letters of two bytes at odd places, so that a cut at a fixed byte would halve
   one. */
static void words_hold_whole_letters_and_lines_end_in_time(void **state)
{
	char subject[256] = "x";
	struct message message = usual;
	char *text, *line;
	int words = 0;

	(void)state;
	for (int i = 0; i < 60; i++)
		strncat(subject, "\xc3\xa5", 3);
	message.subject = subject;
	text = compose(&message);
	line = strstr(text, "Subject: ");
	for (; line[0] == 'S' || line[0] == ' ';
	     line = strchr(line, '\n') + 1) {
		const char *word = strstr(line, "=?utf-8?B?") + 10;

		assert_true(strchr(line, '\n') - line <= 76);
		/* A word that begins inside a letter would begin otherwise. */
		assert_int_equal(
			strncmp(word, words == 0 ? "eMOlw6XD" : "w6XDpcOl", 8),
			0);
		words++;
	}
	assert_int_equal(words, 3);
	free(text);
}

static void dates_are_of_rfc_5322(void **state)
{
	struct message message = usual;

	(void)state;
	message.sent_at = 0;
	expect_line(&message, "Date: Thu, 1 Jan 1970 00:00:00 +0000\n");
	message.sent_at = INT64_C(4107542399);
	expect_line(&message, "Date: Sun, 28 Feb 2100 23:59:59 +0000\n");
	message.sent_at = INT64_MAX;
	refuse(&message, "cannot be made");
}

static char *with_line(size_t octets)
{
	char *text = malloc(octets + 16);

	memset(text, 'x', octets);
	memcpy(text + octets, "\nend\n", 6);
	return text;
}

static void lines_have_998_octets_at_most(void **state)
{
	struct message message = usual;
	char *text = with_line(998);
	char *composed, *line;

	(void)state;
	message.text = text;
	expect_line(&message, "Content-Transfer-Encoding: 8bit\n\nx");
	free(text);
	text = with_line(999);
	message.text = text;
	composed = compose(&message);
	assert_non_null(strstr(
		composed, "\nContent-Transfer-Encoding: quoted-printable\n"));
	for (line = strstr(composed, "\n\n") + 2; *line != '\0';
	     line = strchr(line, '\n') + 1)
		assert_true(strchr(line, '\n') - line <= 76);
	assert_non_null(strstr(composed, "x\nend\n"));
	free(composed);
	free(text);
}

static void quoted_text_is_of_rfc_2045(void **state)
{
	struct message message = usual;

	(void)state;
	/* A carriage return alone makes it quoted. */
	message.text = "a=b \xc3\xb8\rc\nblank \ntab\t\n .\n~!\n";
	expect_line(&message, "Content-Transfer-Encoding: quoted-printable\n\n"
			      "a=3Db =C3=B8=0Dc\nblank=20\ntab=09\n .\n~!\n");
	message.text = "\r ";
	expect_line(&message,
		    "Content-Transfer-Encoding: quoted-printable\n\n=0D=20");
}

static void no_value_adds_a_header(void **state)
{
	struct message message = usual;

	(void)state;
	message.recipient = "a@b\nBcc: c@d";
	refuse(&message, "one line");
	message = usual;
	message.postmaster = "a\r";
	refuse(&message, "one line");
	message = usual;
	message.domain = "a\nb";
	refuse(&message, "one line");
	message = usual;
	message.id = "a\nb";
	refuse(&message, "one line");
	message = usual;
	message.header_value = "a\n\nb";
	refuse(&message, "one line");
	message.header_value = "a\x7f";
	refuse(&message, "one line");
}

static void other_than_utf_8_is_refused(void **state)
{
	struct message message = usual;

	(void)state;
	message.subject = "sm\xf8rg";
	refuse(&message, "UTF-8");
	message = usual;
	message.text = "sm\xf8rg\n";
	refuse(&message, "UTF-8");
	message.text = "sm\xc3\xb8rg\n";
	expect_line(&message, "sm\xc3\xb8rg\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_usual_message_is_whole),
		cmocka_unit_test(the_sender_is_the_option_postmaster),
		cmocka_unit_test(an_id_is_made_and_no_two_are_the_same),
		cmocka_unit_test(subjects_are_written),
		cmocka_unit_test(
			words_hold_whole_letters_and_lines_end_in_time),
		cmocka_unit_test(dates_are_of_rfc_5322),
		cmocka_unit_test(lines_have_998_octets_at_most),
		cmocka_unit_test(quoted_text_is_of_rfc_2045),
		cmocka_unit_test(no_value_adds_a_header),
		cmocka_unit_test(other_than_utf_8_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
