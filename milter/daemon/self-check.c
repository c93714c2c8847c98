/* SPDX-License-Identifier: MIT
 *
 * Asking ourselves; see milter/daemon/self-check.h.
 */
#include "milter/daemon/self-check.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* The milter protocol: length, 'O' for negotiation, version 6, all actions,
   all steps. The answer is one too: a length, and 'O'. */
static const char negotiation[] = "\0\0\0\015O"
				  "\0\0\0\006\0\0\001\377\0\037\377\377";
#define NEGOTIATION_BYTES        (sizeof(negotiation) - 1)
#define NEGOTIATION_ANSWER_BYTES 5

/* An address that is nobody's, whatever the configuration. */
static const char look_up[] = "17:mailbox x@invalid,";
#define LOOK_UP_BYTES (sizeof(look_up) - 1)
static const char look_up_answer[] = "9:NOTFOUND ,";
#define LOOK_UP_ANSWER_BYTES (sizeof(look_up_answer) - 1)

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const struct timeval time_limit = {.tv_sec = SELF_CHECK_SECONDS};
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time_limit,
			 sizeof(time_limit));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time_limit,
			 sizeof(time_limit));
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) <
	    0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* Returns 0 with the first octets of the answer, or -1. */
static int ask(const char *path, const char *question, size_t length,
	       char *answer_r, size_t size, struct error *error)
{
	int fd = connect_to(path);
	size_t used = 0;

	if (fd < 0)
		return error_set(error, "cannot connect to %s: %s", path,
				 strerror(errno));
	if (send(fd, question, length, MSG_NOSIGNAL) == (ssize_t)length) {
		while (used < size) {
			ssize_t got = recv(fd, answer_r + used, size - used, 0);

			if (got <= 0)
				break;
			used += (size_t)got;
		}
	}
	(void)close(fd);
	if (used < size)
		return error_set(error, "%s does not answer", path);
	return 0;
}

int self_check(const char *milter_socket, const char *maps_socket,
	       struct error *error)
{
	char answer[NEGOTIATION_ANSWER_BYTES + LOOK_UP_ANSWER_BYTES];

	if (ask(milter_socket, negotiation, NEGOTIATION_BYTES, answer,
		NEGOTIATION_ANSWER_BYTES, error) < 0)
		return -1;
	if (answer[NEGOTIATION_ANSWER_BYTES - 1] != 'O')
		return error_set(error, "%s answers wrongly", milter_socket);
	if (ask(maps_socket, look_up, LOOK_UP_BYTES, answer,
		LOOK_UP_ANSWER_BYTES, error) < 0)
		return -1;
	if (memcmp(answer, look_up_answer, LOOK_UP_ANSWER_BYTES) != 0)
		return error_set(error, "%s answers wrongly", maps_socket);
	return 0;
}
