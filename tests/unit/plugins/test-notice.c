/* SPDX-License-Identifier: MIT
 *
 * Mail about one's own account, as sendmail(1) is given it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/dict/notice.h"

#define PATH_BYTES 256

static char domain[] = "alumni.example";
static char *domains[] = {domain, NULL};
static char postmaster[] = "helpdesk";
static char outside[] = "help@university.example";
static char folder[] = "/tmp/test-notice-XXXXXX";
static char program[PATH_BYTES];

static struct configuration configuration;
static struct self_service service;

/* A program that keeps what it is given, and then ends with the status. */
static void make_sendmail(int status)
{
	FILE *file = fopen(program, "w");

	assert_non_null(file);
	fprintf(file,
		"#!/bin/sh\n"
		"printf '%%s|' \"$@\" > %s/arguments\n"
		"cat > %s/message\n"
		"echo 'queue is full' >&2\n"
		"exit %d\n",
		folder, folder, status);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(program, 0700), 0);
}

static const char *read_kept(const char *name)
{
	static char text[4096];
	char path[PATH_BYTES];
	FILE *file;
	size_t length;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	assert_non_null(file);
	length = fread(text, 1, sizeof(text) - 1, file);
	text[length] = '\0';
	fclose(file);
	return text;
}

static int set_up(void **state)
{
	(void)state;
	configuration = (struct configuration){
		.domains = domains,
		.postmaster = postmaster,
		.sendmail = program,
	};
	service = (struct self_service){
		.configuration = &configuration,
		.account = {.name = "alumna"},
		.now = 1700000000,
	};
	make_sendmail(0);
	return 0;
}

static void a_notice_is_whole(void **state)
{
	const char *message;

	(void)state;
	notice_tell(&service, "Subject", "Changed by %s.\n", "somebody");
	assert_string_equal(service.remark.text, "");
	assert_string_equal(read_kept("arguments"),
			    "-i|-f|<>|--|alumna@alumni.example|");
	message = read_kept("message");
	assert_int_equal(
		strncmp(message, "From: <helpdesk@alumni.example>\n", 32), 0);
	assert_non_null(strstr(message, "\nTo: <alumna@alumni.example>\n"));
	assert_non_null(strstr(message, "\nSubject: Subject\n"));
	assert_non_null(
		strstr(message, "\nDate: Tue, 14 Nov 2023 22:13:20 +0000\n"));
	assert_non_null(strstr(message, "\nX-Alumnimail-Notice: yes\n"));
	assert_non_null(strstr(message, "\n\nChanged by somebody.\n\n-- \n"
					"For help: postmaster@alumni.example"
					"\n"));
}

/* Whoever answers a notice must reach a person. */
static void its_sender_and_contact_are_those_of_the_options(void **state)
{
	char contact[] = "https://help.example/";
	const char *message;

	(void)state;
	configuration.postmaster = outside;
	configuration.contact = contact;
	assert_int_equal(
		notice_send(&service, "a@outside.example", "S", "B\n", NULL),
		0);
	message = read_kept("message");
	assert_int_equal(
		strncmp(message, "From: <help@university.example>\n", 32), 0);
	assert_non_null(strstr(message, "\nTo: <a@outside.example>\n"));
	assert_non_null(strstr(message, "For help: https://help.example/\n"));
}

static void a_failure_is_told_and_remembered(void **state)
{
	struct error error = {""};

	(void)state;
	make_sendmail(75);
	assert_int_equal(
		notice_send(&service, "a@outside.example", "S", "B\n", &error),
		-1);
	assert_non_null(strstr(error.text, "did not take the message for "
					   "a@outside.example (status 75): "
					   "queue is full"));
	notice_tell(&service, "S", "B\n");
	assert_int_equal(strncmp(service.remark.text, "no notice: ", 11), 0);
}

static void what_is_no_text_is_not_sent(void **state)
{
	struct error error = {""};

	(void)state;
	assert_int_equal(notice_send(&service, "a@outside.example", "S",
				     "\xff\n", &error),
			 -1);
	assert_non_null(strstr(error.text, "UTF-8"));
}

static int make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(program, sizeof(program), "%s/sendmail", folder);
	return 0;
}

static int remove_folder(void **state)
{
	static const char *const names[] = {"sendmail", "arguments", "message"};
	char path[PATH_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_notice_is_whole, set_up),
		cmocka_unit_test_setup(
			its_sender_and_contact_are_those_of_the_options,
			set_up),
		cmocka_unit_test_setup(a_failure_is_told_and_remembered,
				       set_up),
		cmocka_unit_test_setup(what_is_no_text_is_not_sent, set_up),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
