/* SPDX-License-Identifier: MIT
 *
 * alumni-milter: the mail filter that forwards and refuses, and the server of
 * Postfix's look-ups. Runs in the foreground until SIGTERM.
 */
#include <errno.h>
#include <libmilter/mfapi.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "milter/callbacks.h"
#include "milter/listening-socket.h"
#include "milter/log.h"
#include "milter/options.h"
#include "milter/privileges.h"
#include "milter/service.h"
#include "milter/socketmap.h"

/* Messages that SMTP clients are in the middle of get that long to end when
   we are told to. Then Postfix defers them. */
#define STOP_MESSAGES_SECONDS 30
#define STOP_LOOK_UPS_SECONDS 5

static int open_sockets(const struct milter_service *service,
			const struct privileges *privileges, int *maps_fd_r,
			struct error *error)
{
	const char *milter = service->configuration->milter_socket;
	const char *maps = service->configuration->maps_socket;

	if (listening_socket_prepare(milter, privileges, error) < 0 ||
	    listening_socket_prepare(maps, privileges, error) < 0)
		return -1;
	/* Nobody may connect before owner and mode are right. */
	(void)umask(S_IXUSR | S_IRWXG | S_IRWXO);
	*maps_fd_r = listening_socket_open(maps, error);
	if (*maps_fd_r < 0 || callbacks_listen(service, milter, error) < 0 ||
	    listening_socket_give(maps, privileges, error) < 0 ||
	    listening_socket_give(milter, privileges, error) < 0)
		return -1;
	(void)umask(S_IRWXO);
	return 0;
}

static void remove_sockets(const struct milter_service *service)
{
	/* A folder that is not ours keeps them; the next start removes them. */
	(void)unlink(service->configuration->milter_socket);
	(void)unlink(service->configuration->maps_socket);
}

/* Root's work, then the end of being root, then the store as the user that
   will read it. Nothing from outside is read before. */
static int start(struct milter_service *service, const struct options *options,
		 int *maps_fd_r, struct error *error)
{
	struct privileges privileges;

	if (service_load(service, options->config, error) < 0 ||
	    privileges_find(service->configuration->milter_user,
			    service->configuration->socket_group, &privileges,
			    error) < 0)
		return -1;
	if (!options->check &&
	    open_sockets(service, &privileges, maps_fd_r, error) < 0)
		return -1;
	if (privileges_drop(&privileges, error) < 0 ||
	    service_open_store(service, error) < 0) {
		if (!options->check)
			remove_sockets(service);
		return -1;
	}
	return 0;
}

/* Returns when SIGTERM or SIGINT has stopped libmilter, and what was under way
   has ended. */
static int run(struct milter_service *service, int maps_fd)
{
	struct socketmap *socketmap;
	struct error error = {""};
	bool ended;
	int status;

	if (socketmap_start(service, maps_fd, &socketmap, &error) < 0) {
		log_failure("start-failed", error.text);
		return EX_OSERR;
	}
	log_failure("started", NULL);
	(void)sd_notify(0, "READY=1");
	status = smfi_main() == MI_SUCCESS ? EX_OK : EX_OSERR;
	(void)sd_notify(0, "STOPPING=1");
	/* Postfix looks up while it receives, so look-ups stop last. */
	ended = under_way_wait(service->messages, STOP_MESSAGES_SECONDS);
	ended &= socketmap_stop(&socketmap, STOP_LOOK_UPS_SECONDS);
	remove_sockets(service);
	log_failure(ended ? "stopped" : "stopped-with-messages-under-way",
		    NULL);
	/* Threads of libmilter may still be there, waiting for the mail server;
	   what they could touch is left to the end of the process. */
	return status;
}

int main(int argc, char **argv)
{
	/* Not on the stack: threads of libmilter may still use it when this
	   has returned. */
	static struct milter_service service;
	struct options options;
	struct error error = {""};
	int maps_fd = -1;

	switch (options_parse(argc, argv, &options)) {
	case OPTIONS_RUN:
		break;
	case OPTIONS_DONE:
		return EX_OK;
	case OPTIONS_WRONG:
		return EX_USAGE;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	if (sodium_init() < 0) {
		(void)fprintf(stderr,
			      "alumni-milter: cannot start libsodium\n");
		return EX_OSERR;
	}
	if (start(&service, &options, &maps_fd, &error) < 0) {
		(void)fprintf(stderr, "alumni-milter: %s\n", error.text);
		service_free(&service);
		return EX_CONFIG;
	}
	if (options.check) {
		printf("alumni-milter: %s is in order, and the store can be "
		       "read\n",
		       service.configuration->path);
		service_free(&service);
		return EX_OK;
	}
	return run(&service, maps_fd);
}
