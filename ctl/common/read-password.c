/* SPDX-License-Identifier: MIT
 *
 * Passwords from a terminal, without echo, or from standard input. The line
 * is read with read(2) straight into the caller's buffer, so that stdio keeps
 * no copy of it.
 */
#include "ctl/common/read-password.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "lib/base/secret.h"

/* A terminal with its echo off. Signals that would end or stop the program are
   read from signal_fd instead, so that the echo is on again before a signal
   acts. */
struct quiet_terminal {
	int fd;
	int signal_fd;
	struct termios before;
	sigset_t mask_before;
};

static int terminal_quieten(int fd, struct quiet_terminal *terminal_r,
			    struct error *error)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT,
				      SIGTSTP};
	struct termios quiet;
	sigset_t held;

	sigemptyset(&held);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&held, signals[i]);
	terminal_r->fd = fd;
	if (tcgetattr(fd, &terminal_r->before) < 0)
		return error_set(error, "cannot ask the terminal: %s",
				 strerror(errno));
	terminal_r->signal_fd = signalfd(-1, &held, SFD_CLOEXEC);
	if (terminal_r->signal_fd < 0)
		return error_set(error, "cannot wait for signals: %s",
				 strerror(errno));
	sigprocmask(SIG_BLOCK, &held, &terminal_r->mask_before);
	quiet = terminal_r->before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	quiet.c_lflag |= ICANON | ISIG;
	/* FLUSH: what was typed ahead was echoed, so it is no secret. */
	if (tcsetattr(fd, TCSAFLUSH, &quiet) < 0) {
		error_set(error, "cannot turn off the terminal's echo: %s",
			  strerror(errno));
		close(terminal_r->signal_fd);
		sigprocmask(SIG_SETMASK, &terminal_r->mask_before, NULL);
		return -1;
	}
	return 0;
}

static void terminal_restore(struct quiet_terminal *terminal)
{
	/* FLUSH: the rest of an over-long line must not become the shell's
	   next command. */
	tcsetattr(terminal->fd, TCSAFLUSH, &terminal->before);
	close(terminal->signal_fd);
	sigprocmask(SIG_SETMASK, &terminal->mask_before, NULL);
	/* The person's own newline was not echoed. */
	fputc('\n', stderr);
}

/* Waits for input. Returns 0, or the signal that came instead. */
static int terminal_wait(const struct quiet_terminal *terminal)
{
	struct pollfd waiting[] = {
		{.fd = terminal->signal_fd, .events = POLLIN},
		{.fd = terminal->fd, .events = POLLIN},
	};
	struct signalfd_siginfo signal;

	while (poll(waiting, 2, -1) < 0 && errno == EINTR)
		;
	if (waiting[0].revents != 0 &&
	    read(terminal->signal_fd, &signal, sizeof(signal)) ==
		    (ssize_t)sizeof(signal))
		return (int)signal.ssi_signo;
	return 0;
}

/* Reads one line; terminal is NULL when fd is none. Returns the signal that
   interrupted it, with an unusable buffer, or 0 with *result_r. */
static int read_line(int fd, const struct quiet_terminal *terminal, char *line,
		     enum read_password_result *result_r, struct error *error)
{
	size_t used = 0;
	bool has_nul = false;
	bool is_open = true;
	char byte = '\0';

	while (is_open && byte != '\n') {
		int signal = terminal == NULL ? 0 : terminal_wait(terminal);
		ssize_t got;

		if (signal != 0)
			return signal;
		got = read(fd, &byte, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			error_set(error, "cannot read the password: %s",
				  strerror(errno));
			*result_r = READ_PASSWORD_FAILED;
			return 0;
		}
		is_open = got == 1;
		has_nul = has_nul || (is_open && byte == '\0');
		/* One more than fits, for the CR of a line of full length. */
		if (is_open && byte != '\n' && used < PASSWORD_BYTES_MAX + 2)
			line[used++] = byte;
	}
	if (used > 0 && line[used - 1] == '\r' && byte == '\n')
		used--;
	*result_r = READ_PASSWORD_BAD;
	if (!is_open && used == 0)
		error_set(error, "no password was given");
	else if (has_nul)
		error_set(error, "a password cannot hold a NUL");
	else if (used > PASSWORD_BYTES_MAX)
		error_set(error, "the password is longer than %d bytes",
			  PASSWORD_BYTES_MAX);
	else
		*result_r = READ_PASSWORD_OK;
	line[used] = '\0';
	return 0;
}

static enum read_password_result
read_from_terminal(int fd, const char *prompt, char *line, struct error *error)
{
	enum read_password_result result = READ_PASSWORD_FAILED;
	struct quiet_terminal terminal;
	int signal;

	do {
		if (terminal_quieten(fd, &terminal, error) < 0)
			return READ_PASSWORD_FAILED;
		fputs(prompt, stderr);
		fflush(stderr);
		signal = read_line(fd, &terminal, line, &result, error);
		terminal_restore(&terminal);
		/* Ends the program, or stops it until it is in the foreground
		   again; then asks the question anew. */
		if (signal != 0)
			raise(signal);
	} while (signal != 0);
	return result;
}

enum read_password_result read_password(int fd, const char *prompt,
					char password_r[PASSWORD_BUFFER_BYTES],
					struct error *error)
{
	/* Room for one byte too many, a CR, and the NUL. */
	char line[PASSWORD_BYTES_MAX + 3];
	enum read_password_result result;

	if (isatty(fd))
		result = read_from_terminal(fd, prompt, line, error);
	else
		read_line(fd, NULL, line, &result, error);
	password_r[0] = '\0';
	if (result == READ_PASSWORD_OK)
		memcpy(password_r, line, strlen(line) + 1);
	secret_wipe(line, sizeof(line));
	return result;
}
