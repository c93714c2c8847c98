/* SPDX-License-Identifier: MIT
 *
 * Runs another program; see lib/base/process.h. Input and output are files in
 * memory, so that neither side ever waits for the other to read.
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

#include "lib/base/clock.h"

#define STREAMS 3 /* standard input, output and error */

/* ---- files in memory ---- */

static bool write_all(int file, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t written = write(file, text, left);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		text += written;
		left -= (size_t)written;
	}
	return true;
}

static char *read_whole(int file)
{
	struct stat status;
	size_t size, used = 0;
	char *text;

	if (fstat(file, &status) < 0)
		return NULL;
	size = status.st_size > PROCESS_OUTPUT_BYTES_MAX
		       ? PROCESS_OUTPUT_BYTES_MAX
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

static void close_files(int files[STREAMS])
{
	for (int i = 0; i < STREAMS; i++) {
		if (files[i] >= 0)
			(void)close(files[i]);
	}
}

/* Returns 0, or -1 with an error and nothing open. */
static int open_files(const char *input, int files_r[STREAMS],
		      struct error *error)
{
	bool opened = true;

	for (int i = 0; i < STREAMS; i++) {
		files_r[i] = memfd_create("stream", MFD_CLOEXEC);
		opened = opened && files_r[i] >= 0;
	}
	if (opened &&
	    (input == NULL || (write_all(files_r[STDIN_FILENO], input) &&
			       lseek(files_r[STDIN_FILENO], 0, SEEK_SET) == 0)))
		return 0;
	(void)error_set(error, "cannot make a file in memory: %s",
			strerror(errno));
	close_files(files_r);
	return -1;
}

/* ---- the program ---- */

/* The program gets the files in the order of its streams, and no other
   descriptor of this process. */
static int add_files(posix_spawn_file_actions_t *actions,
		     const int files[STREAMS])
{
	int result = 0;

	for (int i = 0; i < STREAMS && result == 0; i++)
		result = posix_spawn_file_actions_adddup2(actions, files[i], i);
	return result == 0 ? posix_spawn_file_actions_addclosefrom_np(actions,
								      STREAMS)
			   : result;
}

/* A thread of a daemon may block all signals, and a server ignores SIGPIPE: the
   program must know of neither. */
static void set_fresh(posix_spawnattr_t *attributes)
{
	sigset_t none, all;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	(void)posix_spawnattr_setsigmask(attributes, &none);
	(void)posix_spawnattr_setsigdefault(attributes, &all);
	(void)posix_spawnattr_setpgroup(attributes, 0);
	(void)posix_spawnattr_setflags(
		attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
				    POSIX_SPAWN_SETPGROUP);
}

/* Returns 0 or an errno value. */
static int spawn(const char *const argv[], const int files[STREAMS],
		 pid_t *pid_r)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int result = posix_spawn_file_actions_init(&actions);

	if (result != 0)
		return result;
	(void)posix_spawnattr_init(&attributes);
	set_fresh(&attributes);
	result = add_files(&actions, files);
	if (result == 0)
		result = posix_spawn(pid_r, argv[0], &actions, &attributes,
				     (char *const *)argv, environ);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return result;
}

/* Returns 1 ended, 0 the time is over, -1 failed with errno. */
static int wait_in_time(pid_t pid, int msecs)
{
	struct pollfd end = {.fd = pidfd_open(pid, 0), .events = POLLIN};
	int64_t deadline = clock_msecs() + msecs;
	int ready = -1;

	if (end.fd < 0)
		return -1;
	do {
		int64_t left = deadline - clock_msecs();

		ready = poll(&end, 1, left > 0 ? (int)left : 0);
	} while (ready < 0 && errno == EINTR);
	(void)close(end.fd);
	return ready;
}

/* Returns the exit status, or -1 with an error. */
static int wait_for(const char *program, pid_t pid, int msecs,
		    struct error *error)
{
	int ended = wait_in_time(pid, msecs);
	int status;

	if (ended < 0)
		(void)error_set(error, "cannot wait for %s: %s", program,
				strerror(errno));
	if (ended <= 0)
		(void)kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return error_set(error, "cannot wait for %s: %s",
					 program, strerror(errno));
	}
	if (ended < 0)
		return -1;
	if (ended == 0)
		return error_set(error, "%s did not end within %d seconds",
				 program, msecs / 1000);
	if (!WIFEXITED(status))
		return error_set(error, "%s was ended by signal %d", program,
				 WTERMSIG(status));
	return WEXITSTATUS(status);
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

static int run_with(const struct process *process, const int files[STREAMS],
		    struct process_output *output_r, struct error *error)
{
	const char *program = process->argv[0];
	int msecs = process->msecs_max == 0 ? PROCESS_MSECS_DEFAULT
					    : process->msecs_max;
	pid_t pid;
	int result = spawn(process->argv, files, &pid);

	if (result != 0)
		return error_set(error, "cannot run %s: %s", program,
				 strerror(result));
	output_r->status = wait_for(program, pid, msecs, error);
	if (output_r->status < 0)
		return -1;
	output_r->text = read_whole(files[STDOUT_FILENO]);
	output_r->complaint = read_whole(files[STDERR_FILENO]);
	if (output_r->text == NULL || output_r->complaint == NULL)
		return error_set(error, "%s: out of memory", program);
	join_lines(output_r->complaint);
	return 0;
}

int process_run(const struct process *process, struct process_output *output_r,
		struct error *error)
{
	int files[STREAMS];
	int result;

	*output_r = (struct process_output){0};
	if (open_files(process->input, files, error) < 0)
		return -1;
	result = run_with(process, files, output_r, error);
	close_files(files);
	return result;
}

void process_output_free(struct process_output *output)
{
	free(output->text);
	free(output->complaint);
	*output = (struct process_output){0};
}
