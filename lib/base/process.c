/* SPDX-License-Identifier: MIT
 *
 * Runs another program; see lib/base/process.h. It writes into files in memory,
 * so that it never waits for this one to read.
 */
#include "lib/base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* More than any program says that is run here. */
#define OUTPUT_BYTES_MAX (4 << 20)

static int spawn(const char *const argv[], int output, int complaint,
		 pid_t *pid_r)
{
	posix_spawn_file_actions_t actions;
	int result = posix_spawn_file_actions_init(&actions);

	if (result != 0)
		return result;
	result = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO,
						  "/dev/null", O_RDONLY, 0);
	if (result == 0)
		result = posix_spawn_file_actions_adddup2(&actions, output,
							  STDOUT_FILENO);
	if (result == 0)
		result = posix_spawn_file_actions_adddup2(&actions, complaint,
							  STDERR_FILENO);
	if (result == 0)
		result = posix_spawn(pid_r, argv[0], &actions, NULL,
				     (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return result;
}

/* Returns the status that waitpid() gives, or -1. */
static int wait_for(const char *program, pid_t pid, struct error *error)
{
	int handle = pidfd_open(pid, 0);
	struct pollfd ready = {.fd = handle, .events = POLLIN};
	bool late = false;
	int status;

	if (handle >= 0) {
		late = poll(&ready, 1, RUN_PROGRAM_SECONDS_MAX * 1000) == 0;
		close(handle);
	}
	if (late)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return error_set(error, "cannot wait for %s: %s",
					 program, strerror(errno));
	}
	if (late)
		return error_set(error, "%s did not end within %d seconds",
				 program, RUN_PROGRAM_SECONDS_MAX);
	if (!WIFEXITED(status))
		return error_set(error, "%s was ended by signal %d", program,
				 WTERMSIG(status));
	return WEXITSTATUS(status);
}

static char *read_whole(int file)
{
	struct stat status;
	size_t size, used = 0;
	char *text;

	if (fstat(file, &status) < 0)
		return NULL;
	size = status.st_size > OUTPUT_BYTES_MAX ? OUTPUT_BYTES_MAX
						 : (size_t)status.st_size;
	text = calloc(1, size + 1);
	while (text != NULL && used < size) {
		ssize_t got =
			pread(file, text + used, size - used, (off_t)used);

		if (got <= 0)
			break;
		used += (size_t)got;
	}
	return text;
}

static void join_lines(char *text)
{
	char *end = text + strlen(text);

	while (end > text && end[-1] == '\n')
		*--end = '\0';
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			*text = ' ';
	}
}

static int run_into(const char *const argv[], int output, int complaint,
		    struct program_output *output_r, struct error *error)
{
	pid_t pid;
	int result = spawn(argv, output, complaint, &pid);

	if (result != 0)
		return error_set(error, "cannot run %s: %s", argv[0],
				 strerror(result));
	output_r->status = wait_for(argv[0], pid, error);
	if (output_r->status < 0)
		return -1;
	output_r->text = read_whole(output);
	output_r->complaint = read_whole(complaint);
	if (output_r->text == NULL || output_r->complaint == NULL)
		return error_set(error, "%s: out of memory", argv[0]);
	join_lines(output_r->complaint);
	return 0;
}

int run_program(const char *const argv[], struct program_output *output_r,
		struct error *error)
{
	int output = memfd_create("output", MFD_CLOEXEC);
	int complaint = memfd_create("complaint", MFD_CLOEXEC);
	int result;

	*output_r = (struct program_output){0};
	if (output < 0 || complaint < 0)
		result = error_set(error, "cannot make a file in memory: %s",
				   strerror(errno));
	else
		result = run_into(argv, output, complaint, output_r, error);
	if (output >= 0)
		close(output);
	if (complaint >= 0)
		close(complaint);
	return result;
}

void program_output_free(struct program_output *output)
{
	free(output->text);
	free(output->complaint);
	*output = (struct program_output){0};
}
