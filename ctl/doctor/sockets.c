/* SPDX-License-Identifier: MIT
 *
 * Doctor: the sockets by which the parts reach each other. That something
 * listens is asked by connecting; the socketmap is asked a question too.
 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl/doctor/doctor.h"

#define WAIT_SECONDS 5

/* Returns a descriptor, or -1 with errno. */
static int connect_to(const char *path)
{
	const struct timeval wait = {.tv_sec = WAIT_SECONDS};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int descriptor, saved;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return -1;
	(void)setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait,
			 sizeof(wait));
	(void)setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait,
			 sizeof(wait));
	if (connect(descriptor, (const struct sockaddr *)&address,
		    sizeof(address)) == 0)
		return descriptor;
	saved = errno;
	close(descriptor);
	errno = saved;
	return -1;
}

static int connect_or_report(struct doctor *doctor, const char *check,
			     const char *path, const char *server)
{
	int descriptor = connect_to(path);

	if (descriptor < 0)
		doctor_problem(doctor, check,
			       doctor_mend(doctor,
					   "systemctl start %s, and look at "
					   "its log",
					   server),
			       "%s does not answer at %s: %s", server, path,
			       strerror(errno));
	return descriptor;
}

/* Postfix's processes are neither root nor the milter's user. */
static void check_group(struct doctor *doctor, const char *check,
			const char *path)
{
	const char *name = doctor->configuration->socket_group;
	const struct group *group = getgrnam(name);
	struct stat status;

	if (group == NULL || stat(path, &status) < 0)
		return;
	if (status.st_gid == group->gr_gid && (status.st_mode & S_IWGRP) != 0 &&
	    (status.st_mode & S_IWOTH) == 0)
		doctor_ok(doctor, check, "alumni-milter answers at %s", path);
	else
		doctor_problem(doctor, check,
			       "systemctl restart alumni-milter, which makes "
			       "its sockets anew",
			       "%s is not open to group %s alone (mode %04o)",
			       path, name,
			       (unsigned int)status.st_mode & 07777);
}

static void check_milter(struct doctor *doctor)
{
	const char *path = doctor->configuration->milter_socket;
	int descriptor = connect_or_report(doctor, "milter-socket", path,
					   "alumni-milter");

	if (descriptor < 0)
		return;
	close(descriptor);
	check_group(doctor, "milter-socket", path);
}

/* Asks for a mailbox that no domain of ours has (socketmap_table(5)). */
static void check_maps(struct doctor *doctor)
{
	static const char question[] = "26:mailbox nobody@doctor.test,";
	const char *path = doctor->configuration->maps_socket;
	int descriptor =
		connect_or_report(doctor, "maps-socket", path, "alumni-milter");
	char answer[256] = "";
	ssize_t got = -1;

	if (descriptor < 0)
		return;
	if (send(descriptor, question, sizeof(question) - 1, MSG_NOSIGNAL) > 0)
		got = recv(descriptor, answer, sizeof(answer) - 1, 0);
	close(descriptor);
	if (got > 0 && strstr(answer, "NOTFOUND") != NULL)
		check_group(doctor, "maps-socket", path);
	else
		doctor_problem(doctor, "maps-socket",
			       "look at the log of alumni-milter: its store "
			       "may be out of reach",
			       "alumni-milter does not answer questions at %s",
			       path);
}

static void check_auth(struct doctor *doctor)
{
	const char *path = doctor->configuration->auth_socket;
	int descriptor =
		connect_or_report(doctor, "auth-socket", path, "dovecot");
	char greeting[16] = "";
	ssize_t got;

	if (descriptor < 0)
		return;
	got = recv(descriptor, greeting, sizeof(greeting) - 1, 0);
	close(descriptor);
	if (got > 0 && strncmp(greeting, "VERSION", 7) == 0)
		doctor_ok(doctor, "auth-socket",
			  "Dovecot answers questions about logins at %s", path);
	else
		doctor_problem(doctor, "auth-socket",
			       "look at Dovecot's log: its auth process may "
			       "have died",
			       "Dovecot's auth process does not greet at %s",
			       path);
}

void doctor_check_sockets(struct doctor *doctor)
{
	check_milter(doctor);
	check_maps(doctor);
	check_auth(doctor);
}
