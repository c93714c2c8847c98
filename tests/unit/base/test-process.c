/* SPDX-License-Identifier: MIT
 *
 * Programs get their input and nothing else of ours, and end at the deadline.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/process.h"
#include "lib/base/thread.h"

#define DEADLINE_MSECS 300

static int run_shell(const char *script, const char *input, int msecs_max,
		     struct process_output *output_r, struct error *error)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	const struct process process = {
		.argv = argv, .input = input, .msecs_max = msecs_max};

	return process_run(&process, output_r, error);
}

static void expect(const char *script, const char *input, int status,
		   const char *text, const char *complaint)
{
	struct process_output output;
	struct error error = {""};

	if (run_shell(script, input, 0, &output, &error) < 0)
		fail_msg("%s: %s", script, error.text);
	assert_int_equal(output.status, status);
	assert_string_equal(output.text, text);
	assert_string_equal(output.complaint, complaint);
	process_output_free(&output);
	assert_null(output.text);
}

static void no_child_is_left(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void what_it_says_is_gathered(void **state)
{
	(void)state;
	expect("printf 'a\\nb\\n'", NULL, 0, "a\nb\n", "");
	expect("printf 'bad\\nworse\\n\\n' >&2; exit 3", NULL, 3, "",
	       "bad worse");
	expect("exit 255", NULL, 255, "", "");
	no_child_is_left();
}

static void it_reads_its_input(void **state)
{
	(void)state;
	expect("cat", "one\n.\ntwo\n", 0, "one\n.\ntwo\n", "");
	expect("cat", "", 0, "", "");
	expect("cat", NULL, 0, "", "");
	/* A program that reads nothing makes no SIGPIPE. */
	expect("exit 0", "text", 0, "", "");
}

/* More than a pipe holds, so that one side would wait for the other. */
static void much_goes_both_ways(void **state)
{
	const size_t size = 300000;
	char *input = malloc(size + 1);
	struct process_output output;

	(void)state;
	memset(input, 'x', size);
	input[size] = '\0';
	assert_int_equal(
		run_shell("cat; cat /dev/null", input, 0, &output, NULL), 0);
	assert_string_equal(output.text, input);
	process_output_free(&output);
	assert_int_equal(run_shell("true", input, 0, &output, NULL), 0);
	process_output_free(&output);
	free(input);
}

static void output_has_an_end(void **state)
{
	struct process_output output;

	(void)state;
	assert_int_equal(run_shell("head -c 4194305 /dev/zero | tr '\\0' x",
				   NULL, 0, &output, NULL),
			 0);
	assert_int_equal(strlen(output.text), PROCESS_OUTPUT_BYTES_MAX);
	process_output_free(&output);
}

static void a_program_that_is_not_there_is_said(void **state)
{
	const char *const argv[] = {"/nonexistent/program", NULL};
	const struct process process = {.argv = argv};
	struct process_output output;
	struct error error = {""};

	(void)state;
	assert_int_equal(process_run(&process, &output, &error), -1);
	assert_non_null(strstr(error.text, "cannot run /nonexistent/program"));
	process_output_free(&output);
	no_child_is_left();
}

static void a_signal_is_no_status(void **state)
{
	struct process_output output;
	struct error error = {""};

	(void)state;
	assert_int_equal(run_shell("kill -9 $$", NULL, 0, &output, &error), -1);
	assert_string_equal(error.text, "/bin/sh was ended by signal 9");
	process_output_free(&output);
	no_child_is_left();
}

/* Both the program and its own child, which holds the read end of a pipe that
   this process would see closed. */
static void a_late_program_is_killed_with_its_children(void **state)
{
	int64_t begun = clock_msecs();
	struct process_output output;
	struct error error = {""};
	char script[256];
	char path[] = "/tmp/test-process-XXXXXX";
	char byte;
	int reader;

	(void)state;
	assert_non_null(mkdtemp(path));
	snprintf(script, sizeof(script),
		 "mkfifo %s/fifo && { tail -f /dev/null > %s/fifo & cat "
		 "%s/fifo; }",
		 path, path, path);
	assert_int_equal(
		run_shell(script, NULL, DEADLINE_MSECS, &output, &error), -1);
	assert_non_null(strstr(error.text, "/bin/sh did not end within"));
	assert_true(clock_msecs() - begun >= DEADLINE_MSECS);
	assert_true(clock_msecs() - begun < 60000);
	process_output_free(&output);
	no_child_is_left();
	/* The end of file comes when the last writer is gone. */
	snprintf(script, sizeof(script), "%s/fifo", path);
	reader = open(script, O_RDONLY | O_NONBLOCK);
	assert_true(reader >= 0);
	while (read(reader, &byte, 1) < 0) {
		assert_int_equal(errno, EAGAIN);
		if (clock_msecs() - begun > 60000)
			fail_msg("the program's child goes on");
	}
	close(reader);
	unlink(script);
	rmdir(path);
}

static void a_deadline_leaves_time_enough(void **state)
{
	struct process_output output;

	(void)state;
	assert_int_equal(
		run_shell("sleep 0.2; echo x", NULL, 60000, &output, NULL), 0);
	assert_string_equal(output.text, "x\n");
	process_output_free(&output);
}

/* Held apart from the program: descriptors, blocked and ignored signals. */
static void it_inherits_nothing(void **state)
{
	int other = open("/dev/null", O_RDONLY);

	(void)state;
	assert_true(other > STDERR_FILENO);
	signal(SIGPIPE, SIG_IGN);
	expect("ls /proc/self/fd | grep -c '^[3-9]$'", NULL, 0, "1\n", "");
	/* The C library keeps its own two, 32 and 33, ignored. */
	expect("grep -E '^SigBlk:.*[1-9a-f]|^SigIgn:.*[1-9a-f].{0,6}$' "
	       "/proc/self/status",
	       NULL, 1, "", "");
	signal(SIGPIPE, SIG_DFL);
	close(other);
}

static void *run_in_thread(void *argument)
{
	struct process_output output;

	(void)argument;
	if (run_shell("cat; grep -E '^SigBlk:.*[1-9a-f]' /proc/self/status",
		      "x", 0, &output, NULL) < 0)
		return NULL;
	assert_string_equal(output.text, "x");
	process_output_free(&output);
	return (void *)1;
}

static void any_thread_runs_programs(void **state)
{
	pthread_t threads[4];
	void *result;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(thread_start(run_in_thread, NULL,
					      4 * THREAD_STACK_BYTES,
					      &threads[i]),
				 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_non_null(result);
	}
	no_child_is_left();
}

/* A daemon may have closed its own. */
static void streams_may_be_closed(void **state)
{
	int saved = dup(STDIN_FILENO);

	(void)state;
	close(STDIN_FILENO);
	expect("cat", "text", 0, "text", "");
	if (saved >= 0) {
		dup2(saved, STDIN_FILENO);
		close(saved);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_says_is_gathered),
		cmocka_unit_test(it_reads_its_input),
		cmocka_unit_test(much_goes_both_ways),
		cmocka_unit_test(output_has_an_end),
		cmocka_unit_test(a_program_that_is_not_there_is_said),
		cmocka_unit_test(a_signal_is_no_status),
		cmocka_unit_test(a_late_program_is_killed_with_its_children),
		cmocka_unit_test(a_deadline_leaves_time_enough),
		cmocka_unit_test(it_inherits_nothing),
		cmocka_unit_test(any_thread_runs_programs),
		cmocka_unit_test(streams_may_be_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
