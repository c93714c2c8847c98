/* SPDX-License-Identifier: MIT
 *
 * Runs sendmail(1); see lib/mail/send-message.h. No shell has a part in it.
 */
#include "lib/mail/send-message.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

static int spawn(const char *program, const char *recipient, int input,
		 pid_t *pid_r)
{
	/* -i: a line with a lone dot ends nothing. */
	const char *const argv[] = {program, "-i",      "-f", "<>",
				    "--",    recipient, NULL};
	posix_spawn_file_actions_t actions;
	int result;

	result = posix_spawn_file_actions_init(&actions);
	if (result != 0)
		return result;
	result =
		posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	if (result == 0)
		result = posix_spawn(pid_r, program, &actions, NULL,
				     (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return result;
}

static bool write_all(int output, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t written = write(output, text, left);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		text += written;
		left -= (size_t)written;
	}
	return true;
}

/* The program is ended when it takes too long: who waits has others to
   serve. */
static int wait_for(pid_t pid)
{
	struct pollfd ends = {.fd = pidfd_open(pid, 0), .events = POLLIN};
	int status;
	int ready;

	do {
		ready = poll(&ends, 1, SEND_MESSAGE_MSECS);
	} while (ready < 0 && errno == EINTR);
	if (ends.fd < 0 || ready == 0)
		(void)kill(pid, SIGKILL);
	if (ends.fd >= 0)
		(void)close(ends.fd);
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int send_message(const char *program, const char *recipient,
		 const char *message, struct error *error)
{
	void (*earlier)(int);
	bool written;
	int ends[2];
	int result;
	pid_t pid;

	/* Fits into the pipe, so writing never waits. */
	if (strlen(message) > SEND_MESSAGE_BYTES_MAX)
		return error_set(error, "the message for %s is too long",
				 recipient);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set(error, "cannot make a pipe: %s",
				 strerror(errno));
	result = spawn(program, recipient, ends[0], &pid);
	close(ends[0]);
	if (result != 0) {
		close(ends[1]);
		return error_set(error, "cannot run %s: %s", program,
				 strerror(result));
	}
	/* A program that ends early shows by its status. */
	earlier = signal(SIGPIPE, SIG_IGN);
	written = write_all(ends[1], message);
	signal(SIGPIPE, earlier);
	close(ends[1]);
	result = wait_for(pid);
	if (result != 0 || !written)
		return error_set(error,
				 "%s did not take the message for %s (status "
				 "%d); see Postfix's log",
				 program, recipient, result);
	return 0;
}
