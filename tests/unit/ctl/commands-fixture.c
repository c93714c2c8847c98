/* SPDX-License-Identifier: MIT
 *
 * Commands in this process; see tests/unit/ctl/commands-fixture.h.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl/commands/command-line.h"
#include "ctl/common/session.h"
#include "lib/base/process.h"
#include "tests/unit/ctl/commands-fixture.h"

static FILE *create(const struct commands_fixture *fixture, const char *name)
{
	char path[2 * FIXTURE_PATH_BYTES];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", fixture->store->folder,
		       name);
	file = fopen(path, "w+");
	assert_non_null(file);
	return file;
}

/* Since 2.4 a configuration begins with the version that it is written for. */
static void begin_dovecot_configuration(FILE *file)
{
	static const char *const argv[] = {"/usr/sbin/dovecot", "--version",
					   NULL};
	const struct process process = {.argv = argv};
	struct process_output output;
	struct error error;

	if (process_run(&process, &output, &error) < 0)
		fail_msg("%s", error.text);
	if (strncmp(output.text, "2.3", 3) != 0)
		(void)fprintf(file, "dovecot_config_version = 2.4.1\n"
				    "dovecot_storage_version = 2.4.1\n");
	process_output_free(&output);
}

void commands_configure(struct commands_fixture *fixture, const char *options,
			const char *directory)
{
	const char *folder = fixture->store->folder;
	FILE *file = create(fixture, "conf");

	(void)fprintf(file,
		      "domains = { \"alumni.example\", \"second.example\" }\n"
		      "store = \"%s\"\n"
		      "mail_home = \"%s/mail\"\n"
		      "state_dir = \"%s\"\n"
		      "dovecot_config = \"%s/dovecot.conf\"\n"
		      "%s\n"
		      "class \"alumni\" {\n"
		      " quota = \"2G\"\n"
		      " trash_retention = \"7d\"\n"
		      "}\n"
		      "class \"student\" { quota = \"50M\" }\n"
		      "directory \"university\" {\n"
		      "%s\n"
		      "}\n",
		      fixture->store->location, folder, folder, folder, options,
		      directory);
	(void)fclose(file);
	(void)snprintf(fixture->configuration, sizeof(fixture->configuration),
		       "%.200s/conf", folder);
	/* A Dovecot that does not run, so that there are no sessions. */
	file = create(fixture, "dovecot.conf");
	begin_dovecot_configuration(file);
	(void)fprintf(file, "base_dir = %s/run\n", folder);
	(void)fclose(file);
}

int commands_set_up(void **state)
{
	struct commands_fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	assert_int_equal(store_fixture_set_up((void **)&fixture->store), 0);
	commands_configure(fixture, "",
			   "uris = { \"ldap://localhost\" }\n"
			   "base = \"dc=university\"");
	*state = fixture;
	return 0;
}

int commands_tear_down(void **state)
{
	struct commands_fixture *fixture = *state;

	(void)store_fixture_tear_down((void **)&fixture->store);
	free(fixture);
	return 0;
}

/* As alumnictl does it. */
static int run(int argc, char **argv)
{
	struct invocation invocation;
	char topic[COMMAND_TOPIC_BYTES];
	struct error error = {""};
	int status;

	if (command_line_parse(argc, argv, &invocation, topic, &error) !=
	    COMMAND_LINE_RUN) {
		(void)fprintf(stderr, "%s\n", error.text);
		return EX_USAGE;
	}
	status = session_open(&invocation);
	if (status == EX_OK)
		status = invocation.command->run(&invocation);
	session_close(&invocation);
	return status;
}

/* Puts a file in the place of a descriptor. Returns the old one. */
static int put_in_place(int fd, FILE *file)
{
	const int old = dup(fd);

	assert_true(old >= 0);
	assert_int_equal(dup2(fileno(file), fd), fd);
	return old;
}

static void take_away(int fd, int old, FILE *file, char *text_r, size_t size)
{
	size_t length;

	assert_int_equal(dup2(old, fd), fd);
	(void)close(old);
	rewind(file);
	length = fread(text_r, 1, size - 1, file);
	text_r[length] = '\0';
	(void)fclose(file);
}

int commands_run(struct commands_fixture *fixture, const char *const *words)
{
	char *argv[COMMAND_WORDS_MAX + 4] = {(char *)"alumnictl",
					     (char *)"--config",
					     fixture->configuration};
	FILE *output = create(fixture, "stdout");
	FILE *complaint = create(fixture, "stderr");
	FILE *nothing = fopen("/dev/null", "r");
	int argc = 3;
	int old_output, old_complaint, old_input, status;

	for (int i = 0; i < COMMAND_WORDS_MAX && words[i] != NULL; i++)
		argv[argc++] = (char *)words[i];
	assert_non_null(nothing);
	(void)fflush(stdout);
	old_input = put_in_place(STDIN_FILENO, nothing);
	old_output = put_in_place(STDOUT_FILENO, output);
	old_complaint = put_in_place(STDERR_FILENO, complaint);
	status = run(argc, argv);
	(void)fflush(stdout);
	(void)fflush(stderr);
	take_away(STDERR_FILENO, old_complaint, complaint, fixture->complaint,
		  sizeof(fixture->complaint));
	take_away(STDOUT_FILENO, old_output, output, fixture->output,
		  sizeof(fixture->output));
	assert_int_equal(dup2(old_input, STDIN_FILENO), STDIN_FILENO);
	(void)close(old_input);
	(void)fclose(nothing);
	return status;
}

static void fail_step(const struct commands_fixture *fixture, size_t number,
		      const struct command_step *step, int status)
{
	print_error("step %zu:", number + 1);
	for (int i = 0; i < COMMAND_WORDS_MAX && step->words[i] != NULL; i++)
		print_error(" %s", step->words[i]);
	fail_msg("status %d, \"%s\", \"%s\"", status, fixture->output,
		 fixture->complaint);
}

void commands_play(struct commands_fixture *fixture,
		   const struct command_step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct command_step *step = &steps[i];
		const int status = commands_run(fixture, step->words);
		const char *text = step->status == EX_OK ? fixture->output
							 : fixture->complaint;

		if (status != step->status ||
		    (step->expected == NULL && text[0] != '\0') ||
		    (step->expected != NULL &&
		     strstr(text, step->expected) == NULL) ||
		    (step->absent != NULL &&
		     strstr(text, step->absent) != NULL))
			fail_step(fixture, i, step, status);
	}
}
